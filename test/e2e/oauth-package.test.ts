import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../support/signs-in-by-oauth.mjs', import.meta.url));
const MISSING = new URL('../support/without-package.mjs', import.meta.url).href;

describe('an application that signs in by providers', () => {
  const start = async (without: string) =>
    await promisify(execFile)(process.execPath, ['--import', MISSING, SCRIPT], {
      env: { ...process.env, WITHOUT: without },
    });

  it('does not start without openid-client, and says how to get it', async () => {
    await expect(start('openid-client')).rejects.toThrow('npm install openid-client');
  });

  it('needs no provider to start', async () => {
    await expect(start('another-package')).resolves.toMatchObject({ stderr: '' });
  });
});
