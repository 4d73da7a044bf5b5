import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TokenAuthOptionsError, type OAuthProvider } from 'nestjs-token-auth';
import { AppModule, publicUrl } from './app.module.js';
import { corsFor } from './cors.js';
import { serveDocs } from './docs.js';
import { freePort, originAt } from './settings/listening.js';
import { SettingsError } from './settings/settings-error.js';
import { readSettings } from './settings/settings.js';
import { inVariables } from './settings/token-auth-settings.js';
import { whatToTry } from './what-to-try.js';

/** In ms: a stop waits for connections that are kept open. Express has the same by default, Fastify over a minute. */
const keepAliveTimeout = 5000;

try {
  await start();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const port = settings.port || (await freePort(settings.host));
  const origin = originAt(settings.host, port);
  const callback = `${publicUrl(origin, settings.auth)}/demo/callback`;
  const oauth = settings.demoOidc ? { demo: await demoOidc(callback) } : {};
  const adapter = settings.adapter === 'fastify' ? new FastifyAdapter({ keepAliveTimeout }) : new ExpressAdapter();
  // Silent until it runs: explain() below says what went wrong, without Nest's stack trace.
  const app = await NestFactory.create(AppModule.with(settings, origin, oauth), adapter, {
    logger: false,
    abortOnError: false,
  });
  app.enableCors(corsFor(settings.auth));
  app.enableShutdownHooks();
  if (!settings.isProduction) serveDocs(app);
  await app.listen(port, settings.host);
  app.useLogger(new ConsoleLogger({ logLevels: ['warn', 'error', 'fatal'] }));
  console.log(whatToTry(origin, settings));
}

/** Loaded only where it is wanted: other applications have no use for the package. */
async function demoOidc(callback: string): Promise<OAuthProvider> {
  const { startDemoOidc } = await import('./demo-oidc.js');
  return await startDemoOidc(callback);
}

/** A fault of the settings in plain words; anything else with its stack. */
function explain(error: unknown): unknown {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof TokenAuthOptionsError) return error.faults.map(inVariables).join('\n');
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'getaddrinfo') return `HOST and PORT cannot be used: ${message}`;
  return error;
}
