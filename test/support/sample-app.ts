import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

const MAIN = fileURLToPath(new URL('../../sample-app/dist/main.js', import.meta.url));

/** The sample application, built, as a process of its own. */
export class SampleApp {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    /** What it printed at the start. */
    readonly printed: string,
  ) {}

  /** Starts it in a folder, on a free port. */
  static async start(folder: string, variables: Record<string, string> = {}): Promise<SampleApp> {
    // The provider is for those tests that sign in by it: it takes its time to start.
    const child = run(folder, { PORT: '0', TOKEN_AUTH_PASSWORD_COST: '4', DEMO_OIDC: '0', ...variables });
    let printed = '';
    // Read to the end: to write into a closed pipe would end the application.
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', (chunk: string) => {
        printed += chunk;
        const [, ready] = /ready on (http\S+)\n[^]*Ctrl\+C/.exec(printed) ?? [];
        if (ready !== undefined) resolve(ready);
      });
      child.stdout?.on('end', () => reject(new Error(`The sample application did not start: ${printed}`)));
    });
    return new SampleApp(child, url, printed);
  }

  /** Starts it with variables that it cannot work with. */
  static async fail(folder: string, variables: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
    const child = run(folder, { PORT: '0', DEMO_OIDC: '0', ...variables }, 'pipe');
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const [code] = (await once(child, 'close')) as [unknown];
    return { code, stderr };
  }

  /** Lets it finish what it is doing and stop; tells how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<string | number | null> {
    const { process } = this;
    if (process.exitCode === null && process.signalCode === null) {
      process.kill(signal);
      await once(process, 'exit');
    }
    return process.signalCode ?? process.exitCode;
  }
}

/** Gives each test of a file a folder of its own, and stops what it has started there. */
export class SampleApps {
  folder = '';
  private app: SampleApp | undefined;

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'sample-app-'));
    });
    afterEach(async () => {
      await this.app?.stop();
      this.app = undefined;
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  async start(variables: Record<string, string> = {}): Promise<SampleApp> {
    return (this.app = await SampleApp.start(this.folder, variables));
  }

  async fail(variables: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
    return await SampleApp.fail(this.folder, variables);
  }
}

function run(folder: string, variables: Record<string, string>, stderr: 'pipe' | 'inherit' = 'inherit'): ChildProcess {
  if (!existsSync(MAIN)) throw new Error('Build the sample application first: npm run build-sample-app');
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH, ...variables },
    stdio: ['ignore', 'pipe', stderr],
  });
  child.stdout?.setEncoding('utf8');
  return child;
}
