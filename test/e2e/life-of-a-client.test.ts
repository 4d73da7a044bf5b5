import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, sendJson, told } from '../support/client.js';

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  show(@CurrentUser() user: User) {
    return { email: user.email };
  }
}

onEveryPlatform('the life of a client', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MembersController] });
  });
  afterAll(() => app.close());

  it('signs up, stays signed in while its token rotates, signs out', async () => {
    const account = { email: 'Ada@Example.com ', password: 'correct horse', password_confirmation: 'correct horse' };
    const signUp = await sendJson(`${app.url}/auth`, 'POST', account);
    expect(signUp.status).toBe(200);
    expect(signUp.body).toMatchObject({
      status: 'success',
      data: { email: 'ada@example.com', uid: 'ada@example.com', provider: 'email' },
    });
    expect(told(signUp)).toBe('token');

    const signIn = await sendJson(`${app.url}/auth/sign_in`, 'POST', {
      email: 'ada@example.com',
      password: 'correct horse',
    });
    expect(signIn.status).toBe(200);
    const { accessToken, client, uid } = signIn.auth;
    const ada = new ProtocolClient(app, { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' });

    const inBatch = await ada.go('/members');
    expect([inBatch.status, told(inBatch)]).toEqual([200, 'blank']);

    const seen = new Set([ada.token]);
    for (let round = 0; round < 5; round++) {
      app.clock.advance('6s');
      const answer = await ada.go('/members');
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
      expect(answer.body).toEqual({ email: 'ada@example.com' });
      seen.add(ada.token);
    }
    expect(seen.size).toBe(6);

    const validation = await ada.go('/auth/validate_token');
    expect(validation.body).toMatchObject({ success: true, data: { uid: 'ada@example.com' } });

    const signOut = await ada.go('/auth/sign_out', { method: 'DELETE' });
    expect([signOut.status, signOut.body, told(signOut)]).toEqual([200, { success: true }, 'nothing']);
    const after = await ada.go('/members');
    expect([after.status, told(after)]).toEqual([401, 'nothing']);
    expect(after.body).toEqual({ errors: ['You need to sign in or sign up before continuing.'] });
  });
});
