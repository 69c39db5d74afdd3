import { DomainError } from '@app/contracts';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The text of an uploaded file: the body of a request with content type text/csv. */
export const FileBody = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (typeof body !== 'string') throw new DomainError('request.unsupported-media-type');
  return body;
});
