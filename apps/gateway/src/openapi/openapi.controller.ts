import { Public } from '@app/access';
import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, type OpenAPIObject } from '@nestjs/swagger';
import { OpenApiDocuments } from './openapi.documents';

@Controller()
export class OpenApiController {
  constructor(private readonly documents: OpenApiDocuments) {}

  @ApiExcludeEndpoint()
  @Public()
  @Get('openapi.json')
  document(): Promise<OpenAPIObject> {
    return this.documents.merged();
  }
}
