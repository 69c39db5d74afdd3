import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { OpenApiDocuments } from './openapi.documents';

const VERSION = '1';

/** Lets /openapi.json describe every route of the app, those of all its modules included. Call before listening. */
export function describeApp(app: INestApplication): void {
  app.get(OpenApiDocuments, { strict: false }).describe(documentOf(app));
}

function documentOf(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Petabakat')
    .setDescription('Mass computer-based assessment. Every refusal is a problem document (RFC 9457) with a code.')
    .setVersion(VERSION)
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'Attempt token of a logged-in participant' },
      'attempt',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Named token of a staff account' }, 'staff');
  return SwaggerModule.createDocument(app, builder.build());
}
