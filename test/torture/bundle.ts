import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What victims are started from. */
export const LAUNCHER = fileOf('launch.cjs');

/**
 * The program of the victims in one file, with what V8 has made of it, so that one starts in half of the time: they are
 * started by the thousand.
 */
export class Bundle {
  private readonly folder = mkdtempSync(join(tmpdir(), 'token-auth-victim-'));
  readonly file = join(this.folder, 'victim.cjs');

  static async make(victim: string): Promise<Bundle> {
    const bundle = new Bundle();
    const bundler = [fileOf('bundle-victim.mjs'), fileOf('victim.mjs'), bundle.file];
    await promisify(execFile)(process.execPath, bundler);
    // The first one leaves what it has compiled when it ends.
    const first = fork(LAUNCHER, { env: { ...process.env, VICTIM: victim, VICTIM_BUNDLE: bundle.file }, execArgv: [] });
    await once(first, 'message');
    first.disconnect();
    await once(first, 'exit');
    return bundle;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
