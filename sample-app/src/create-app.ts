import { ConsoleLogger, Logger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule, type Surroundings } from './app.module.js';
import { corsFor } from './cors.js';
import { serveDocs } from './docs.js';
import { servePage } from './page/serve-page.js';
import type { Settings } from './settings/settings.js';

/**
 * Builds the application, ready to answer.
 *
 * @throws TokenAuthOptionsError for options that the module refuses.
 */
export async function createApp(settings: Settings, surroundings: Surroundings): Promise<INestApplication> {
  const adapter = settings.adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  // Silent until it runs: main.ts says what went wrong, without Nest's stack trace.
  Logger.overrideLogger(false);
  try {
    const app = await NestFactory.create(AppModule.with(settings, surroundings), adapter, {
      logger: false,
      abortOnError: false,
    });
    app.enableCors(corsFor(settings.auth));
    app.use(servePage());
    if (!settings.isProduction) serveDocs(app);
    await app.init();
    if (adapter instanceof FastifyAdapter) await adapter.getInstance().ready();
    return app;
  } finally {
    Logger.overrideLogger(new ConsoleLogger({ logLevels: ['warn', 'error', 'fatal'] }));
  }
}
