import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { hold } from '../support/held.js';
import { rotated, startMembers } from '../support/rotation.js';

onEveryDatabase('a batch', (platform) => {
  describe('with the defaults', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform);
    });
    afterAll(() => app.close());

    it('is opened by the sign-in and closes after exactly 5 s', async () => {
      const client = await ProtocolClient.justSignedIn(app);
      app.clock.advance(4999);
      expect(told(await client.go('/members'))).toBe('blank');
      app.clock.advance(1);
      expect(told(await client.go('/members'))).toBe('token');
    });

    it('has one leader among requests that come at the same time', async () => {
      const client = await ProtocolClient.signedIn(app);
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.peek('/members')));
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
      expect(answers.map(told).sort()).toEqual([...Array<string>(7).fill('blank'), 'token']);
      expect((await app.rowOf(client))?.generation).toBe(1);
    });

    it('answers blank as the protocol documents it', async () => {
      const client = await ProtocolClient.justSignedIn(app);
      const { headers } = await client.peek('/members');
      const sent = ['access-token', 'expiry', 'client', 'uid', 'token-type'].map((name) => headers.get(name));
      expect(sent).toEqual(['', '', client.headers['client'], client.headers['uid'], 'Bearer']);
      expect(headers.has('authorization')).toBe(false);
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('is held open by late members, never beyond its limit', async () => {
      const { client, tokens } = await rotated(app);
      const [replaced = ''] = tokens;
      const rotatedAt = app.clock.now();
      const closesAfter: number[] = [];
      for (let seconds = 4; seconds < 60; seconds += 4) {
        app.clock.advance('4s');
        const answer = await client.show(replaced, '/members');
        expect([seconds, answer.status, told(answer)]).toEqual([seconds, 200, 'blank']);
        closesAfter.push(((await app.rowOf(client))?.batchOpenUntil ?? 0) - rotatedAt);
      }
      expect(closesAfter).toEqual([9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57, 60].map((each) => each * 1000));
      expect(told(await client.go('/members'))).toBe('blank');
      app.clock.advance(3999);
      expect((await client.show(replaced, '/members')).status).toBe(200);
      app.clock.advance(1);
      expect((await client.show(replaced, '/members')).status).toBe(401);
      expect(told(await client.go('/members'))).toBe('token');
    });

    it('writes an extension at most once a second', async () => {
      const { client, tokens } = await rotated(app);
      const writes: string[][] = [];
      for (const wait of [999, 1, 0, 999, 1]) {
        app.clock.advance(wait);
        app.log.take();
        await client.show(tokens[0] ?? '', '/members');
        writes.push(app.log.take());
      }
      const [nothing, once] = [['SELECT'], ['SELECT', 'UPDATE']];
      expect(writes).toEqual([nothing, once, nothing, nothing, once]);
    });

    it('opens again for a member whose handler took longer than the batch', async () => {
      const client = await ProtocolClient.signedIn(app);
      const release = await hold(app, client);
      const shown = client.token;
      expect(told(await client.go('/members'))).toBe('token');
      app.clock.advance('30s');
      const before = await app.rowOf(client);
      const late = await release();
      expect([late.status, told(late)]).toEqual([200, 'blank']);
      expect(await app.rowOf(client)).toEqual(Object.assign(before ?? {}, { batchOpenUntil: app.clock.now() + 5000 }));

      // The queue behind the slow request drains with the token that it started with.
      app.clock.advance(4999);
      expect((await client.show(shown, '/members')).status).toBe(200);
      expect(told(await client.go('/members'))).toBe('blank');
    });

    it('does not open again after its limit', async () => {
      const client = await ProtocolClient.signedIn(app);
      const release = await hold(app, client);
      await client.go('/members');
      app.clock.advance('60s');
      const before = await app.rowOf(client);
      const late = await release();
      expect([late.status, told(late)]).toEqual([200, 'blank']);
      expect(await app.rowOf(client)).toEqual(before);
      expect(told(await client.go('/members'))).toBe('token');
    });

    it('writes nothing for a member whose token has been replaced twice meanwhile', async () => {
      const client = await ProtocolClient.signedIn(app);
      const release = await hold(app, client);
      for (let round = 0; round < 2; round++) {
        expect(told(await client.go('/members'))).toBe('token');
        app.clock.advance('5s');
      }
      const before = await app.rowOf(client);
      app.log.take();
      const late = await release();
      expect(app.log.take()).toEqual(['UPDATE', 'SELECT']);
      expect([late.status, told(late)]).toEqual([200, 'blank']);
      expect(await app.rowOf(client)).toEqual(before);
    });

    it('does not rotate for a request that arrived while it was open, however long that took', async () => {
      const { client } = await rotated(app);
      const before = await app.rowOf(client);
      const release = await hold(app, client);
      app.clock.advance('30s');
      expect(told(await release())).toBe('blank');
      expect(await app.rowOf(client)).toEqual(before);
    });

    it('rotates after the handler: the batch counts from then', async () => {
      const client = await ProtocolClient.signedIn(app);
      const release = await hold(app, client);
      app.clock.advance('30s');
      expect(told(await release())).toBe('token');
      expect(await app.rowOf(client)).toMatchObject({
        batchStartedAt: app.clock.now(),
        batchOpenUntil: app.clock.now() + 5000,
        lastUsedAt: app.clock.now(),
      });
    });

    it('tells nothing to a request whose client was signed out meanwhile', async () => {
      const client = await ProtocolClient.signedIn(app);
      const release = await hold(app, client);
      expect((await client.peek('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
      const late = await release();
      expect([late.status, told(late)]).toEqual([200, 'nothing']);
      expect(await app.rowOf(client)).toBeUndefined();
    });
  });

  it.each([
    ['1 s', 1000, 250],
    // A database refuses fractions of a millisecond.
    ['250 ms', 250, 63],
  ])('with a buffer of %s writes an extension once in a quarter of it', async (_, buffer, gap) => {
    const app = await startMembers(platform, { batchRequestBufferThrottle: buffer });
    const { client, tokens } = await rotated(app);
    const writes: string[][] = [];
    for (const wait of [gap - 1, 1]) {
      app.clock.advance(wait);
      app.log.take();
      expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(200);
      writes.push(app.log.take());
    }
    expect(writes).toEqual([['SELECT'], ['SELECT', 'UPDATE']]);
    expect((await app.rowOf(client))?.batchOpenUntil).toBe(app.clock.now() + buffer);
    await app.close();
  });

  it('of no length rotates at every request and refuses the second of two', async () => {
    const app = await startMembers(platform, { batchRequestBufferThrottle: 0 });
    const client = await ProtocolClient.justSignedIn(app);
    const first = client.token;
    for (let round = 0; round < 3; round++) expect(told(await client.go('/members'))).toBe('token');
    expect((await client.show(first, '/members')).status).toBe(401);
    await app.close();
  });

  it('with a limit as long as the buffer is not held open', async () => {
    const app = await startMembers(platform, { batchRequestLimit: '5s' });
    const { client, tokens } = await rotated(app);
    const before = await app.rowOf(client);
    app.clock.advance(4999);
    expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(200);
    expect(await app.rowOf(client)).toEqual(before);
    app.clock.advance(1);
    expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(401);
    await app.close();
  });

  it('whose end a broken clock wrote two days ahead heals: the next request rotates', async () => {
    const app = await startMembers(platform);
    const client = await ProtocolClient.justSignedIn(app);
    const { id } = (await app.rowOf(client)) ?? { id: '' };
    const repository = app.dataSource.getRepository('UserAuthToken');
    const ahead = app.clock.now() + 2 * 86_400_000;
    await repository.update(id, { batchStartedAt: ahead - 5000, batchOpenUntil: ahead });
    expect(told(await client.go('/members'))).toBe('token');
    expect((await app.rowOf(client))?.batchOpenUntil).toBe(app.clock.now() + 5000);
    await app.close();
  });
});
