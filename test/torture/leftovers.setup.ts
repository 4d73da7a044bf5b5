import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { eventually } from '../support/client.js';

// Once for every file: what it has started has ended, and what it has written to disk is gone.
const folder = mkdtempSync(join(tmpdir(), 'token-auth-torture-'));
// Also for the processes that it starts.
process.env['TMPDIR'] = folder;

/** Child processes, sockets, servers and temporary files. */
function leftovers(): string[] {
  const running = process.getActiveResourcesInfo().filter((kind) => /^(?:Process|TCP)/.test(kind));
  return [...running, ...readdirSync(folder)];
}

afterAll(async () => {
  // Sockets that are kept for the next request close when they see that their server has gone.
  const isClean = eventually(() => leftovers().length === 0);
  await isClean
    .catch(() => Promise.reject(new Error(`Something is left behind: ${leftovers().join(', ')}.`)))
    .finally(() => rmSync(folder, { recursive: true }));
});
