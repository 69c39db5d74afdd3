import { Public } from '@app/access';
import { DomainError, EVENTS, type EventSpec, dataSchemaOf } from '@app/contracts';
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

/** A frozen schema never changes under its address. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const SCHEMAS: ReadonlyMap<string, object> = new Map(
  Object.values<EventSpec>(EVENTS).map((spec) => {
    const address = dataSchemaOf(spec);
    return [address, { $schema: DIALECT, $id: address, title: spec.type, description: spec.meaning, ...spec.schema }];
  }),
);

/** The addresses that events name as their `dataschema`. */
@ApiTags('contracts')
@Controller('contracts')
export class ContractsController {
  @ApiOperation({ summary: "The frozen JSON Schema of an event's data" })
  @ApiOkResponse({ description: 'JSON Schema 2020-12' })
  @ApiNotFoundResponse({ description: 'No event has this schema' })
  @Public()
  @Get(':type/:version')
  @Header('cache-control', CACHE_CONTROL)
  @Header('content-type', 'application/schema+json')
  schema(@Param('type') type: string, @Param('version') version: string): object {
    const schema = SCHEMAS.get(`/contracts/${type}/${version}`);
    if (!schema) throw new DomainError('request.not-found', 'No event has this schema.');
    return schema;
  }
}
