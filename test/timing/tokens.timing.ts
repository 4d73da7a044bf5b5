import { expect, it } from 'vitest';
import { TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { DATABASES } from '../support/databases.js';
import { MembersController } from '../support/members.js';
import { interleave, table, UNLOGGED, type Case } from '../support/timing.js';

const ROUNDS = Number(process.env['TIMING_ROUNDS'] ?? 2000);

/** The token with one bit of one byte turned round, in its canonical spelling. */
function withByte(token: string, at: number): string {
  const bytes = Buffer.from(token, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
}

it.each(DATABASES)('refused tokens (%s)', async (database) => {
  const app = await TestApp.start(
    { adapter: 'express', database },
    { ...UNLOGGED, controllers: [MembersController], realTime: true },
  );
  try {
    const client = await ProtocolClient.justSignedIn(app);
    const other = await ProtocolClient.justSignedIn(app);
    const of = (name: string, changed: Record<string, string>): Case => ({
      name,
      next: () => ({ path: '/members', headers: { ...client.headers, ...changed } }),
    });
    const results = await interleave(
      app.url,
      [
        of('wrong in the last byte', { 'access-token': withByte(client.token, 51) }),
        of('wrong in the first byte', { 'access-token': withByte(client.token, 0) }),
        of('wrong in the first byte of the secret', { 'access-token': withByte(client.token, 4) }),
        of('wrong in the last byte of the secret', { 'access-token': withByte(client.token, 35) }),
        of("another client's token", { 'access-token': other.token }),
        of('unknown uid', { uid: 'nobody-at-all@example.com' }),
        of("another user's uid", { uid: other.headers['uid'] ?? '' }),
        of('unknown client', { client: 'f'.repeat(32) }),
        of('unknown client and uid', { client: 'f'.repeat(32), uid: 'nobody-at-all@example.com' }),
      ],
      ROUNDS,
    );
    console.log(table(`Refused tokens, ${database}`, results));
    expect([...new Set(results.flatMap(({ statuses }) => [...statuses]))]).toEqual([401]);
    expect((await client.peek('/members')).status).toBe(200);
  } finally {
    await app.close();
  }
});
