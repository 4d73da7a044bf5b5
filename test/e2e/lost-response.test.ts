import { Controller, Get, Inject, Injectable, Res, UseGuards, type CanActivate } from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, told } from '../support/client.js';
import { Gate, HeldController, hold } from '../support/held.js';
import { MembersController } from '../support/members.js';
import { rotated, startMembers } from '../support/rotation.js';

@Injectable()
class HeldGuard implements CanActivate {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  async canActivate(): Promise<boolean> {
    await this.gate.pass('guard');
    return true;
  }
}

@Controller('own')
@UseGuards(TokenAuthGuard, HeldGuard)
class OwnController {
  @Get()
  show(@Res() response: any) {
    response.send('own');
  }
}

onEveryDatabase("lostResponse 'forgiving'", (platform) => {
  describe.each(['blank', 'repeat', 'omit'] as const)("with batchResponse '%s'", (batchResponse) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(
        platform,
        { lostResponse: 'forgiving', batchResponse },
        { controllers: [MembersController, HeldController, OwnController], providers: [Gate] },
      );
    });
    afterAll(() => app.close());

    /** What a member of a batch is told, beside its leader, on the device that rotated. */
    const toFollowers = { blank: 'blank', repeat: 'token', omit: 'nothing' }[batchResponse];

    it.each(['5s', '1 hour', '13 days'] as const)('tells the same successor again %s later', async (wait) => {
      const { client, tokens } = await rotated(app);
      const before = await app.rowOf(client);
      app.clock.advance(wait);
      const leader = await client.show(tokens[0] ?? '', '/members');
      expect([leader.status, told(leader)]).toEqual([200, 'token']);
      expect([leader.auth.accessToken, leader.auth.expiry]).toEqual([client.token, String(before?.expiry)]);
      const now = app.clock.now();
      const changes = { batchStartedAt: now, batchOpenUntil: now + 5000, lastUsedAt: now };
      expect(await app.rowOf(client)).toEqual(Object.assign(before ?? {}, changes));

      // It has opened a batch: the others follow, with either token.
      const follower = await client.show(tokens[0] ?? '', '/members');
      expect([follower.status, told(follower)]).toEqual([200, toFollowers]);
      expect(told(await client.go('/members'))).toBe(toFollowers);
      app.clock.advance('5s');
      expect(told(await client.go('/members'))).toBe('token');
    });

    it('makes nothing of twenty lost responses in a row', async () => {
      const { client, tokens } = await rotated(app);
      for (let round = 0; round < 20; round++) {
        app.clock.advance('6s');
        const answer = await client.show(tokens[0] ?? '', '/members');
        expect([answer.status, answer.auth.accessToken]).toEqual([200, client.token]);
      }
      expect((await app.rowOf(client))?.generation).toBe(1);
      app.clock.advance('6s');
      expect(told(await client.go('/members'))).toBe('token');
    });

    it('keeps a client alive that only ever loses its responses', async () => {
      const { client, tokens } = await rotated(app);
      for (let day = 0; day < 16; day++) {
        app.clock.advance('1 day');
        expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(200);
      }
    });

    it('has one leader of two at once', async () => {
      const { client, tokens } = await rotated(app);
      app.clock.advance('1 hour');
      const init = { headers: { 'access-token': tokens[0] ?? '' } };
      const releases = [await hold(app, client, init), await hold(app, client, init)];
      const answers = [];
      for (const release of releases) answers.push(await release());
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.map(told)).toEqual(['token', toFollowers]);
      expect(answers[0]?.auth.accessToken).toBe(client.token);
      const [leader, follower] = answers;
      expect(follower?.auth).toEqual(batchResponse === 'repeat' ? leader?.auth : follower?.auth);
    });

    it('still has one leader of many when another client ends meanwhile', async () => {
      const other = await rotated(app);
      const { client, tokens } = await rotated(app);
      app.clock.advance('1 hour');
      const init = { headers: { 'access-token': tokens[0] ?? '' } };
      const releases = [await hold(app, client, init), await hold(app, client, init), await hold(app, client, init)];
      await other.client.peek('/auth/sign_out', { method: 'DELETE' });
      const answers = [];
      for (const release of releases) answers.push(await release());
      expect(answers.map(told)).toEqual(['token', toFollowers, toFollowers]);
    });

    it('takes the old token for reuse once its successor has been replaced in turn', async () => {
      const { client, tokens } = await rotated(app, 2);
      expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(401);
      expect(await app.rowOf(client)).toBeDefined();
      app.clock.advance('5s');
      expect((await client.show(tokens[0] ?? '', '/members', FROM_ELSEWHERE)).status).toBe(401);
      expect(await app.rowOf(client)).toBeUndefined();
      expect((await client.go('/members')).status).toBe(401);
    });

    it('tells no successor that was replaced while the handler ran', async () => {
      const { client, tokens } = await rotated(app);
      app.clock.advance('1 hour');
      const release = await hold(app, client, { headers: { 'access-token': tokens[0] ?? '' } });
      expect(told(await client.go('/members'))).toBe('token');
      const late = await release();
      expect([late.status, told(late)]).toEqual([200, batchResponse === 'omit' ? 'nothing' : 'blank']);
      expect((await app.rowOf(client))?.generation).toBe(2);
    });

    it('nor one that was replaced before a handler that answers itself', async () => {
      const { client, tokens } = await rotated(app);
      app.clock.advance('1 hour');
      const early = client.show(tokens[0] ?? '', '/own');
      await app.nest.get(Gate).holds('guard');
      expect(told(await client.go('/members'))).toBe('token');
      app.nest.get(Gate).open('guard');
      expect([(await early).body, told(await early)]).toEqual(['own', batchResponse === 'omit' ? 'nothing' : 'blank']);
    });

    it('tells nothing to a client that was signed out while the handler ran', async () => {
      const { client, tokens } = await rotated(app);
      app.clock.advance('1 hour');
      const release = await hold(app, client, { headers: { 'access-token': tokens[0] ?? '' } });
      await client.peek('/auth/sign_out', { method: 'DELETE' });
      expect(told(await release())).toBe('nothing');
    });

    it('is over at the end of the lifespan', async () => {
      const { client, tokens } = await rotated(app);
      app.clock.advance('14 days');
      expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(401);
    });
  });
});
