import { Controller, Get, Module, Post, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import { describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User, type AppOptions } from '../support/app.js';
import { ProtocolClient, send } from '../support/client.js';
import { expectNotServed } from '../support/links.js';
import { OauthApp } from '../support/oauth-app.js';
import { visit } from '../support/visits.js';

@Controller('auth')
class OwnController {
  @Get('me')
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: User) {
    return { me: user.uid };
  }

  @Get('me/callback')
  callback() {
    return 'own callback';
  }

  @Post('me/callback')
  posted() {
    return 'own form';
  }
}

@Module({ controllers: [OwnController] })
class LaterModule {}

onEveryAdapter('routes below the path of the endpoints', (platform) => {
  async function on(
    start: (options: AppOptions) => Promise<{ app: TestApp; close: () => Promise<void> }>,
    check: (app: TestApp) => Promise<void>,
  ) {
    const started = await start({ imports: [LaterModule] });
    try {
      await check(started.app);
    } finally {
      await started.close();
    }
  }

  const withProviders = async (options: AppOptions) => {
    const oauth = await OauthApp.start(platform, options);
    return { app: oauth.app, close: () => oauth.close() };
  };
  const without = async (options: AppOptions) => {
    const app = await TestApp.start(platform, options);
    return { app, close: () => app.close() };
  };

  describe.each([
    ['with providers', withProviders],
    ['without providers', without],
  ])('%s', (_, start) => {
    it('are the application’s where no provider has the name', async () => {
      await on(start, async (app) => {
        const client = await ProtocolClient.signedIn(app);
        const { status, told, row, answer } = await visit(app, client, '/auth/me');
        expect([status, told, row, answer.body]).toEqual([200, 'token', 'rotated', { me: client.headers['uid'] }]);
        expect((await send(`${app.url}/auth/me`)).status).toBe(401);
        expect((await send(`${app.url}/auth/me/callback`)).body).toBe('own callback');
        expect((await send(`${app.url}/auth/me/callback`, { method: 'POST' })).body).toBe('own form');
      });
    });

    it('do not exist where nobody has them', async () => {
      await on(start, async (app) => {
        for (const path of ['/auth/other', '/auth/other/callback', '/auth/__proto__', '/auth/constructor']) {
          await expectNotServed(app, 'GET', path);
        }
        await expectNotServed(app, 'POST', '/auth/other/callback');
        await expectNotServed(app, 'POST', '/auth/acme');
        if (start === without) await expectNotServed(app, 'GET', '/auth/failure');
      });
    });
  });

  it('of the module come first', async () => {
    await on(withProviders, async (app) => {
      const client = await ProtocolClient.signedIn(app);
      expect((await client.go('/auth/validate_token')).status).toBe(200);
      expect((await send(`${app.url}/auth/sign_in`)).status).toBe(405);
    });
  });

  it('can be switched off', async () => {
    const oauth = await OauthApp.start(platform, { auth: { endpoints: { oauth: false } } });
    try {
      await expectNotServed(oauth.app, 'GET', '/auth/acme');
      await expectNotServed(oauth.app, 'GET', '/auth/acme/callback');
    } finally {
      await oauth.close();
    }
  });
});
