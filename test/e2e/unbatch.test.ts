import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { on, onEveryDatabase, type PlatformTests, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, told } from '../support/client.js';
import { Gate, HeldController, hold } from '../support/held.js';
import { MembersController } from '../support/members.js';
import { rotated, startMembers } from '../support/rotation.js';

@Controller('echo')
@UseGuards(TokenAuthGuard)
class EchoController {
  @Post()
  create(@Body() body: unknown) {
    return { body };
  }
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const unbatch: PlatformTests = (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    const controllers = [MembersController, HeldController, EchoController];
    app = await startMembers(platform, {}, { controllers, providers: [Gate] });
  });
  afterAll(() => app.close());

  it.each<[string, RequestInit]>([
    ['/members?unbatch=true', {}],
    ['/members?unbatch=false', {}],
    ['/members?unbatch=', {}],
    ['/members?unbatch', {}],
    ['/members?a=b&unbatch=1', {}],
    ['/echo', json({ unbatch: true })],
    ['/echo', json({ unbatch: false })],
    ['/echo', json({ unbatch: '' })],
    ['/echo', json({ unbatch: null })],
  ])('rotates in an open batch: %s %j', async (path, init) => {
    const client = await ProtocolClient.justSignedIn(app);
    const shown = client.token;
    const answer = await client.go(path, init);
    expect(answer.status).toBeLessThan(300);
    expect(told(answer)).toBe('token');
    expect(client.token).not.toBe(shown);
    expect((await app.rowOf(client))?.generation).toBe(1);
  });

  it.each<[string, RequestInit]>([
    ['/members?batch=true', {}],
    ['/members?a=unbatch', {}],
    ['/members?UNBATCH=1', {}],
    ['/echo', json({ nested: { unbatch: true } })],
    ['/echo', json(['unbatch'])],
  ])('is nothing else: %s %j', async (path, init) => {
    const client = await ProtocolClient.justSignedIn(app);
    expect(told(await client.go(path, init))).toBe('blank');
    expect((await app.rowOf(client))?.generation).toBe(0);
  });

  it('tells a follower the successor and does not rotate', async () => {
    const { client, tokens } = await rotated(app);
    const answer = await client.show(tokens[0] ?? '', '/members?unbatch=true');
    expect([told(answer), answer.auth.accessToken]).toEqual(['token', client.token]);
    const elsewhere = await client.show(tokens[0] ?? '', '/members?unbatch=true', FROM_ELSEWHERE);
    expect([elsewhere.status, told(elsewhere)]).toEqual([200, 'blank']);
    expect((await app.rowOf(client))?.generation).toBe(1);
  });

  it('does not give a replaced token a second life', async () => {
    const { client, tokens } = await rotated(app);
    app.clock.advance('5s');
    expect((await client.show(tokens[0] ?? '', '/members?unbatch=true')).status).toBe(401);
  });

  it('makes one successor for two at once; both are told it', async () => {
    const client = await ProtocolClient.signedIn(app);
    const release = await hold(app, client, {}, '?unbatch=true');
    const leader = await client.go('/members?unbatch=true');
    const late = await release();
    expect([told(leader), told(late)]).toEqual(['token', 'token']);
    expect(late.auth).toEqual(leader.auth);
    expect((await app.rowOf(client))?.generation).toBe(1);
  });
};

onEveryDatabase('unbatch', unbatch);
on({ adapter: 'fastify', database: 'sqlite' }, 'unbatch', unbatch);
