import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeTokenAuth, tokenAuthSwaggerOptions } from 'nestjs-token-auth/openapi';

/** Serves the documentation of the API, in which everything can be tried, at `/docs`. */
export function serveDocs(app: INestApplication): void {
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('sample-app').build());
  SwaggerModule.setup('docs', app, describeTokenAuth(app, document), tokenAuthSwaggerOptions());
}
