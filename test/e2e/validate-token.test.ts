import { APP_GUARD } from '@nestjs/core';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { MembersController } from '../support/members.js';

const REFUSAL = { success: false, errors: ['Invalid login credentials'] };

onEveryPlatform('validating a token', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform);
  });
  afterAll(() => app.close());

  it('answers 200 with the user, without time stamps and secrets', async () => {
    const { email, answer: up } = await newAccount(app);
    const headers = { 'access-token': up.auth.accessToken ?? '', client: up.auth.client ?? '', uid: email };
    const answer = await send(`${app.url}/auth/validate_token`, { headers });
    expect([answer.status, told(answer)]).toEqual([200, 'blank']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual({
      success: true,
      data: { id: up.body.data.id, provider: 'email', uid: email, email, name: '' },
    });
  });

  it('rotates as any other request does, and what goes out is not stored by caches', async () => {
    const client = await ProtocolClient.signedIn(app);
    const shown = client.token;
    const leader = await client.go('/auth/validate_token');
    expect([leader.status, told(leader), leader.headers.get('cache-control')]).toEqual([200, 'token', 'no-store']);
    expect(leader.auth.accessToken).not.toBe(shown);
    const member = await client.go('/auth/validate_token');
    expect([member.status, told(member), member.headers.get('cache-control')]).toEqual([200, 'blank', 'no-store']);
    app.clock.advance('6s');
    expect(told(await client.go('/auth/validate_token'))).toBe('token');
  });

  it('answers a conditional request in full', async () => {
    const client = await ProtocolClient.signedIn(app);
    const headers = { 'if-modified-since': 'Mon, 26 Jul 1997 05:00:00 GMT' };
    const answer = await client.peek('/auth/validate_token', { headers });
    expect([answer.status, answer.body.success, told(answer)]).toEqual([200, true, 'token']);
  });

  it.each([
    ['no credentials', () => ({})],
    ['a wrong token', (good: Record<string, string>) => ({ ...good, 'access-token': 'x'.repeat(70) })],
    ['an unknown client', (good: Record<string, string>) => ({ ...good, client: 'nobody' })],
    ['another uid', (good: Record<string, string>) => ({ ...good, uid: 'somebody@example.com' })],
  ])('refuses %s with a text of its own', async (_, change) => {
    const client = await ProtocolClient.signedIn(app);
    const answer = await send(`${app.url}/auth/validate_token`, { headers: change(client.headers) });
    expect([answer.status, answer.body, told(answer)]).toEqual([401, REFUSAL, 'nothing']);
    expect((await client.go('/auth/validate_token')).status).toBe(200);
  });

  it('refuses an expired token', async () => {
    const client = await ProtocolClient.signedIn(app);
    app.clock.advance('14 days');
    const answer = await client.peek('/auth/validate_token');
    expect([answer.status, answer.body, told(answer)]).toEqual([401, REFUSAL, 'nothing']);
  });
});

onEveryAdapter('the endpoints behind a global guard', (platform) => {
  it('answer as they do without', async () => {
    const providers = [{ provide: APP_GUARD, useClass: TokenAuthGuard }];
    const app = await TestApp.start(platform, { providers, controllers: [MembersController] });
    try {
      const email = 'ada@example.com';
      expect((await signUp(app, { email, password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect((await send(`${app.url}/auth/sign_in`)).status).toBe(405);
      expect((await send(`${app.url}/auth/validate_token`)).body).toEqual(REFUSAL);
      expect((await send(`${app.url}/auth/sign_out`, { method: 'DELETE' })).status).toBe(404);
      expect((await send(`${app.url}/members`)).status).toBe(401);
      const client = await ProtocolClient.signedIn(app);
      expect(told(await client.go('/members'))).toBe('token');
      app.clock.advance('6s');
      expect(told(await client.go('/auth/validate_token'))).toBe('token');
    } finally {
      await app.close();
    }
  });
});
