import { ForParticipant } from '@app/access';
import { correlationIdOf } from '@app/observability';
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiServiceUnavailableResponse,
  ApiTags,
  type SchemaObject,
} from '@nestjs/swagger';
import { ANSWERS_ROUTE_CONFIG, type AnswerRequest } from './answer-route.hooks';
import { type AnswersReply, AnswersService } from './answers.service';
import { ANSWERS_FAILURE_SCHEMA, ANSWERS_REPLY_SCHEMA } from './submit-answers.responses';
import { SUBMIT_ANSWERS_SCHEMA } from './submit-answers.schema';

@ApiTags('answers')
@ApiBearerAuth('attempt')
@Controller('v1/attempts/:attemptId/answers')
export class AnswersController {
  constructor(private readonly answers: AnswersService) {}

  /** The hot route: no DTO and no pipe, the body goes through one compiled schema. */
  @ApiOperation({ summary: 'Record answers; each receipt stands for one that is in the log' })
  @ApiParam({ name: 'attemptId', schema: { type: 'string' } })
  @ApiBody({ schema: SUBMIT_ANSWERS_SCHEMA as SchemaObject })
  @ApiOkResponse({ description: 'All answers are recorded', schema: ANSWERS_REPLY_SCHEMA })
  @ApiServiceUnavailableResponse({
    description: 'Not all are recorded; repeat the others with the same seq after Retry-After',
    content: { 'application/problem+json': { schema: ANSWERS_FAILURE_SCHEMA } },
  })
  @ForParticipant()
  @Post()
  @HttpCode(200)
  @RouteConfig(ANSWERS_ROUTE_CONFIG)
  submit(@Req() request: AnswerRequest): Promise<AnswersReply> {
    return this.answers.submit(request.attempt, request.body, correlationIdOf(request.raw));
  }
}
