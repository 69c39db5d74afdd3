import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

const API_VERSION = '1';

/** OpenAPI 3.1 of every route of the app, those of all its modules included. Call before listening. */
export function describeRoutes(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Petabakat')
    .setDescription('Mass computer-based assessment. Every refusal is a problem document (RFC 9457) with a code.')
    .setVersion(API_VERSION)
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'Attempt token of a logged-in participant' },
      'attempt',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Named token of a staff account' }, 'staff');
  return SwaggerModule.createDocument(app, builder.build());
}

/** Serves the app's own description at /openapi.json; the gateway puts those of all services together. */
export function serveDescription(app: NestFastifyApplication): void {
  const document = describeRoutes(app);
  const instance: FastifyInstance = app.getHttpAdapter().getInstance();
  instance.get('/openapi.json', () => document);
}
