import { TokenAuthOptionsError, type OAuthProvider } from 'nestjs-token-auth';
import { publicUrl, type Surroundings } from './app.module.js';
import { AppServer } from './app-server.js';
import { createApp } from './create-app.js';
import { Database } from './database.js';
import { SentMails } from './mails/sent-mails.js';
import { freePort, originAt } from './settings/listening.js';
import { SettingsError } from './settings/settings-error.js';
import { readSettings } from './settings/settings.js';
import { inVariables, type TokenAuthSettings } from './settings/token-auth-settings.js';
import { whatToTry } from './what-to-try.js';

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
  const server = new AppServer();
  const database = new Database();
  const surroundings: Surroundings = {
    origin,
    oauth: settings.demoOidc ? { demo: await demoOidc(callback) } : {},
    database,
    mails: new SentMails(),
    rebuildWith: serve,
  };
  async function serve(auth: TokenAuthSettings): Promise<void> {
    server.serve(await createApp({ ...settings, auth }, surroundings));
  }
  await serve(settings.auth);
  await server.listen(port, settings.host);
  stopOnSignals(async () => {
    await server.close();
    await database.close();
  });
  console.log(whatToTry(origin, settings));
}

/** Loaded only where it is wanted: other applications have no use for the package. */
async function demoOidc(callback: string): Promise<OAuthProvider> {
  const { warn } = console;
  // The package warns of what it must not be in production, where it is not started.
  console.warn = () => undefined;
  try {
    const { startDemoOidc } = await import('./demo-oidc.js');
    return await startDemoOidc(callback);
  } finally {
    console.warn = warn;
  }
}

/** Ends by the signal itself, as who has sent it expects, once what was asked has been answered. */
function stopOnSignals(stop: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stop().finally(() => process.kill(process.pid, signal)));
  }
}

/** A fault of the settings in plain words; anything else with its stack. */
function explain(error: unknown): unknown {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof TokenAuthOptionsError) return error.faults.map(inVariables).join('\n');
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'getaddrinfo') return `HOST and PORT cannot be used: ${message}`;
  return error;
}
