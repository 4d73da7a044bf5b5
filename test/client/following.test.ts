import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { signedIn, Wire, type Sent } from '../support/client-app.js';
import { eventually } from '../support/client.js';
import { Latch } from '../support/latch.js';
import { startMembers } from '../support/rotation.js';

const RULES = [
  ['strict', 'blank'],
  ['strict', 'repeat'],
  ['strict', 'omit'],
  ['forgiving', 'blank'],
] as const;

/** Holds the answers to some requests back until they are released. */
function holdBack(wire: Wire, isHeld: (request: Sent) => boolean): Latch {
  const latch = new Latch();
  wire.fate = async (request, pass) => {
    const held = isHeld(request);
    const response = await pass();
    if (held) await latch.wait();
    return response;
  };
  return latch;
}

onEveryAdapter('a client that follows its token', (platform) => {
  describe.each(RULES)('%s, %s', (lostResponse, batchResponse) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, { lostResponse, batchResponse });
    });
    afterAll(() => app.close());

    it('shows the newest token', async () => {
      const { client, wire } = await signedIn(app);
      for (let round = 0; round < 5; round++) {
        expect((await client.fetch('/members')).status).toBe(200);
        app.clock.advance('10s');
      }
      expect(new Set(wire.sent.map(({ token }) => token)).size).toBe(5);
    });

    it('shares a token among requests at the same time', async () => {
      const { client, wire } = await signedIn(app);
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 6 }, () => client.fetch('/members')));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
        app.clock.advance('10s');
      }
      expect(new Set(wire.sent.map(({ token }) => token)).size).toBe(3);
      expect(wire.sent).toHaveLength(18);
    });

    it('gets a token that was lost, while the batch is open', async () => {
      const { client, wire } = await signedIn(app);
      wire.fate = ({ path }, pass) => (path === '/members' ? Wire.lose(pass) : pass());
      await expect(client.fetch('/members')).rejects.toThrow(TypeError);
      await eventually(() => wire.sent.at(-1)?.path.includes('unbatch') === true && wire.sent.at(-1)?.status === 200);
      wire.fate = (_, pass) => pass();
      app.clock.advance('10s');
      expect((await client.fetch('/members')).status).toBe(200);
      expect(wire.sent.at(-1)?.token).not.toBe(wire.sent[0]?.token);
      expect(wire.paths).toEqual(['/members', '/auth/validate_token?unbatch=true', '/members']);
    });

    it('gets a token that was lost with an aborted request', async () => {
      const { client, wire } = await signedIn(app);
      const controller = new AbortController();
      wire.fate = async ({ path }, pass) => {
        const response = await pass();
        if (path === '/members') {
          controller.abort();
          controller.signal.throwIfAborted();
        }
        return response;
      };
      await expect(client.fetch('/members', { signal: controller.signal })).rejects.toThrow('aborted');
      wire.fate = (_, pass) => pass();
      await client.validate();
      app.clock.advance('10s');
      expect((await client.fetch('/members')).status).toBe(200);
    });

    it('is told that its client has ended elsewhere', async () => {
      const { client } = await signedIn(app);
      const reasons: unknown[] = [];
      client.onChange(({ kind, reason }) => reasons.push([kind, reason]));
      await app.dataSource.getRepository((await app.rows())[0]!.constructor).clear();
      const answers = await Promise.all([client.fetch('/members'), client.fetch('/members')]);
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
      expect(client.isSignedIn).toBe(false);
      expect(reasons).toEqual([['signed_out', 'refused']]);
    });

    it('lets nothing bring back a session that has ended', async () => {
      const { client, wire } = await signedIn(app);
      const latch = holdBack(wire, ({ path }) => path === '/members');
      const late = client.fetch('/members');
      await latch.reached;
      await client.signOut();
      latch.release();
      await late;
      expect(client.isSignedIn).toBe(false);
      await client.fetch('/members');
      expect(wire.sent.at(-1)?.token).toBe(null);
    });

    it('takes a 401 on a token that a sibling has replaced for no sign-out', async () => {
      const { client, wire } = await signedIn(app);
      const start = new Latch();
      // It leaves late: two tokens later.
      wire.fate = async ({ path, token }, pass) => {
        if (path === '/members?late' && token === wire.sent[0]?.token) await start.wait();
        return await pass();
      };
      const late = client.fetch('/members?late', { method: 'GET' });
      await start.reached;
      for (let round = 0; round < 2; round++) {
        await client.fetch('/members');
        app.clock.advance('10s');
      }
      start.release();
      expect((await late).status).toBe(200);
      expect(wire.sent.filter(({ path }) => path.endsWith('late')).map(({ status }) => status)).toEqual([401, 200]);
      expect(client.isSignedIn).toBe(true);
    });
  });

  it('keeps the newest token when an older one arrives last', async () => {
    const app = await startMembers(platform, { batchResponse: 'repeat' });
    const { client, wire } = await signedIn(app);
    const latch = holdBack(wire, ({ path }) => path.endsWith('leads'));
    const leading = client.fetch('/members?leads');
    await latch.reached;
    // A follower is told the same successor, which is replaced in turn.
    await client.fetch('/members');
    app.clock.advance('10s');
    const newest = (await client.fetch('/members')).headers.get('access-token');
    latch.release();
    const older = (await leading).headers.get('access-token');
    expect([older, newest]).toEqual([wire.sent.at(-1)?.token, expect.not.stringMatching(`^${older}$`)]);
    app.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
    expect(wire.sent.at(-1)?.token).toBe(newest);
    await app.close();
  });

  it('still asks for a lost token when an older answer repeats the one before', async () => {
    const app = await startMembers(platform, { batchResponse: 'repeat' });
    const { client, wire } = await signedIn(app);
    await client.fetch('/members');
    const latch = holdBack(wire, ({ path }) => path.endsWith('repeats'));
    const repeating = client.fetch('/members?repeats');
    await latch.reached;
    app.clock.advance('10s');
    const { fate } = wire;
    wire.fate = ({ path }, pass) => (path === '/members' ? Wire.lose(pass) : Promise.reject(new TypeError('offline')));
    await expect(client.fetch('/members')).rejects.toThrow('fetch failed');
    await eventually(() => wire.paths.at(-1)?.includes('unbatch') === true);
    wire.fate = fate;
    latch.release();
    expect((await repeating).headers.get('access-token')).toBe(wire.sent.at(1)?.token);
    await eventually(() => wire.sent.at(-1)?.status === 200);
    app.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
    await app.close();
  });
});
