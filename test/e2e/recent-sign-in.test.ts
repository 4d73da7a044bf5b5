import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthenticateAs,
  CurrentUser,
  OptionalAuth,
  Public,
  RecentSignIn,
  TokenAuthGuard,
  TokenService,
  type AnyUser,
} from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, onEveryServer, TestApp, type User } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { Admin, signedInTwins, startRealms, who } from '../support/realms.js';
import { expectSignedIn, outcome } from '../support/visits.js';

const REFUSED = { errors: ['Please sign in again to do this.'] };

@Controller()
class SensitiveController {
  @Get('alone')
  @RecentSignIn('10m')
  alone(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('guarded-too')
  @RecentSignIn('10m')
  @UseGuards(TokenAuthGuard)
  guardedToo(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('public-too')
  @Public()
  @RecentSignIn('10m')
  publicToo(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('optional-too')
  @OptionalAuth()
  @RecentSignIn('10m')
  optionalToo(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('for-admins')
  @AuthenticateAs(Admin)
  @RecentSignIn('10m')
  forAdmins(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('not-sensitive')
  @UseGuards(TokenAuthGuard)
  notSensitive(@CurrentUser() user: AnyUser) {
    return who(user);
  }
}

@Controller('class')
@RecentSignIn('10m')
class SensitiveClass {
  @Get()
  inherited(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('public')
  @Public()
  open(@CurrentUser() user: AnyUser) {
    return who(user);
  }

  @Get('hour')
  @RecentSignIn('1 hour')
  ownLimit(@CurrentUser() user: AnyUser) {
    return who(user);
  }
}

const ROUTES = ['/alone', '/guarded-too', '/public-too', '/optional-too', '/class', '/class/public'];

@Module({ providers: [{ provide: APP_GUARD, useClass: TokenAuthGuard }] })
class GlobalGuardModule {}

describe.each([
  ['', []],
  [' with a global guard', [GlobalGuardModule]],
] as const)('@RecentSignIn()%s', (_, imports) => {
  onEveryAdapter('guards', (platform) => {
    let app: TestApp;
    let user: User;
    let client: ProtocolClient;
    beforeAll(async () => {
      app = await startRealms(platform, { controllers: [SensitiveController, SensitiveClass], imports: [...imports] });
    });
    afterAll(() => app.close());
    beforeEach(async () => {
      user = await app.user();
      client = await ProtocolClient.justSignedIn(app, user);
    });

    it.each(ROUTES)('%s: lets a client pass that has signed in lately, and rotates as usual', async (path) => {
      app.clock.advance('10m');
      expect(await outcome(app, client, path)).toEqual([200, 'token', 'rotated']);
    });

    it.each(ROUTES)('%s: refuses one that has merely stayed signed in, and costs it nothing', async (path) => {
      app.clock.advance('9m');
      await expectSignedIn(app, client);
      app.clock.advance('50001ms');
      const answer = await client.peek(path);
      expect([answer.status, told(answer), answer.body]).toEqual([403, 'nothing', REFUSED]);
      expect(answer.code).toBe('recent_sign_in_required');
      expect(await outcome(app, client, path)).toEqual([403, 'nothing', 'unchanged']);
      await expectSignedIn(app, client);
    });

    it.each(ROUTES)('%s: refuses strangers as every guarded route does', async (path) => {
      const { status, code } = await send(app.url + path);
      expect([status, code]).toEqual([401, 'unauthenticated']);
    });

    it('lets a client pass that has signed in once more', async () => {
      app.clock.advance('1 day');
      expect((await client.peek('/alone')).status).toBe(403);
      expect((await send(`${app.url}/alone`, { headers: await signInAs(app.nest, user) })).status).toBe(200);
      expect((await client.peek('/alone')).status).toBe(403);
    });

    it('takes the duration of the method before that of the class', async () => {
      app.clock.advance('1 hour');
      expect((await client.go('/class')).status).toBe(403);
      expect((await client.go('/class/hour')).status).toBe(200);
      app.clock.advance('1s');
      expect((await client.go('/class/hour')).status).toBe(403);
    });

    it('leaves other routes alone', async () => {
      app.clock.advance('1 day');
      expect((await client.go('/not-sensitive')).status).toBe(200);
    });

    it('goes by the sign-in, whatever lifespan the client has', async () => {
      const { uid, client: name, accessToken } = await app.nest.get(TokenService).issue(user, { lifespan: '1 year' });
      const other = new ProtocolClient(app, { uid, client: name, 'access-token': accessToken });
      app.clock.advance('11m');
      expect((await other.go('/alone')).status).toBe(403);
      await expectSignedIn(app, other);
    });

    it('is for the users that the route is for', async () => {
      const { userClient, adminClient } = await signedInTwins(app);
      expect((await userClient.go('/for-admins')).status).toBe(401);
      expect((await adminClient.go('/for-admins')).body.kind).toBe('Admin');
      app.clock.advance('10m');
      expect((await adminClient.go('/for-admins')).body).toEqual(REFUSED);
    });
  });
});

describe('@RecentSignIn()', () => {
  it.each(['soon', '', 0, '0s', -1, '-5m', Number.NaN, Infinity, null, undefined, {}])(
    'is refused where the class is declared: %s',
    (within) => {
      expect(() => RecentSignIn(within as never)).toThrow(TypeError);
    },
  );
});

onEveryServer('@RecentSignIn() with the clock of the database', (platform) => {
  it('does not go by that of the process', async () => {
    const app = await TestApp.start(platform, { controllers: [SensitiveController], realTime: true });
    const client = new ProtocolClient(app, await signInAs(app.nest, await app.user()));
    const status = async (ago: number) => {
      await app.dataSource.query(`UPDATE user_auth_token SET ${column(app)} = ${column(app)} - ${ago}`);
      return (await client.peek('/alone')).status;
    };
    const { now } = Date;
    try {
      // Nothing of what this process thinks the time is.
      Date.now = () => now() + 86_400_000;
      expect(await status(0)).toBe(200);
      Date.now = () => now() - 86_400_000;
      expect(await status(700_000)).toBe(403);
    } finally {
      Date.now = now;
      await app.close();
    }
  });
});

function column(app: TestApp): string {
  return app.dataSource.driver.escape('createdAt');
}
