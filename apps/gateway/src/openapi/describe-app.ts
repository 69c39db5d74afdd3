import { describeRoutes } from '@app/bootstrap';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OpenApiDocuments } from './openapi.documents';

/** Lets /openapi.json describe every route of the app. Call before listening. */
export function describeApp(app: NestFastifyApplication): void {
  app.get(OpenApiDocuments, { strict: false }).describe(describeRoutes(app));
}
