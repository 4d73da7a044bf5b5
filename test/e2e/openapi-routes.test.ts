import { All, Controller, Get, Inject, Module, Param, Patch, Post, UseGuards, type Type } from '@nestjs/common';
import { APP_GUARD, Reflector, RouterModule } from '@nestjs/core';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { AuthenticateAs, oidcProvider, OptionalAuth, Public, RecentSignIn, TokenAuthGuard } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, send } from '../support/client.js';
import { documentOf, expectDescribed, expectValid, operationAt } from '../support/openapi.js';
import { Admin, startRealms } from '../support/realms.js';

const USER = [{ 'User.access-token': [], 'User.client': [], 'User.uid': [] }, { 'User.bearer': [] }];
const ADMIN = [{ 'Admin.access-token': [], 'Admin.client': [], 'Admin.uid': [] }, { 'Admin.bearer': [] }];
const HEADERS = ['Authorization', 'access-token', 'client', 'expiry', 'token-type', 'uid'];

const PROVIDER = {
  publicUrl: 'https://api.example.com/auth',
  oauth: { acme: oidcProvider({ issuer: 'http://127.0.0.1:9', clientId: 'shop', clientSecret: 'secret' }) },
};

class StricterGuard extends TokenAuthGuard {}

@Controller('things')
@UseGuards(StricterGuard)
class ThingsController {
  @Get(':id')
  @ApiResponse({ status: 200, schema: { type: 'object', properties: { id: { type: 'string' } } } })
  show(@Param('id') id: string) {
    return { id };
  }

  @Public()
  @Get()
  list() {
    return [];
  }

  @OptionalAuth()
  @Get('hints/:id')
  hint() {
    return {};
  }

  @Patch(':id')
  @ApiResponse({ status: 401, description: 'In its own words.' })
  @ApiResponse({ status: 204, headers: { 'X-Left': { schema: { type: 'string' } } } })
  @ApiResponse({ status: 500 })
  change() {}

  @Post()
  @ApiSecurity('key')
  make() {}

  @Public()
  @RecentSignIn('10m')
  @Get('recent/:id')
  recent() {
    return {};
  }
}

/** A controller that has the same name, and handlers of the same names, and is open but for its list. */
function namesake(): Type<unknown> {
  @Controller('others')
  class ThingsController {
    @Get(':id')
    show() {}

    @AuthenticateAs(Admin, User)
    @Get()
    list() {}

    @AuthenticateAs(Admin)
    @All('all')
    all() {}
  }
  return ThingsController;
}

@Controller('inner')
class InnerController {
  constructor(@Inject(Reflector) readonly reflector: Reflector) {}

  @UseGuards(TokenAuthGuard)
  @Get(['one', 'two'])
  show() {}
}

@Module({ controllers: [InnerController] })
class InnerModule {}

onEveryAdapter('routes of the application in the OpenAPI document', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('need what their guards ask for', async () => {
    app = await TestApp.start(platform, { controllers: [ThingsController] });
    const document = documentOf(app);
    await expectValid(document);
    const guarded = operationAt(document, 'get /things/{id}');
    expect(guarded).toMatchObject({ operationId: 'ThingsController_show', tags: ['Things'], security: USER });
    expect(Object.keys(guarded.responses)).toEqual(['200', '401']);
    expect(Object.keys(guarded.responses[200].headers).toSorted()).toEqual(HEADERS);
    expect(guarded.responses[401].headers).toBeUndefined();

    const client = await ProtocolClient.signedIn(app);
    expectDescribed(document, 'get /things/{id}', await client.go('/things/7'));
    expectDescribed(document, 'get /things/{id}', await send(`${app.url}/things/7`));

    const open = operationAt(document, 'get /things');
    expect([open.security, Object.keys(open.responses)]).toEqual([undefined, ['200']]);
    const optional = operationAt(document, 'get /things/hints/{id}');
    expect([optional.security, Object.keys(optional.responses)]).toEqual([[...USER, {}], ['200']]);
  });

  it('say that some want a sign-in of late', async () => {
    app = await TestApp.start(platform, { controllers: [ThingsController] });
    const document = documentOf(app);
    const recent = operationAt(document, 'get /things/recent/{id}');
    expect([recent.security, Object.keys(recent.responses)]).toEqual([USER, ['200', '401', '403']]);
    const client = await ProtocolClient.signedIn(app);
    app.clock.advance('1h');
    const refused = await client.go('/things/recent/7');
    expect(refused.status).toBe(403);
    expectDescribed(document, 'get /things/recent/{id}', refused);
  });

  it('keep what they say themselves', async () => {
    app = await TestApp.start(platform, { controllers: [ThingsController] });
    const document = documentOf(app);
    const { responses } = operationAt(document, 'patch /things/{id}');
    expect(responses[401].description).toBe('In its own words.');
    expect(Object.keys(responses[204].headers).toSorted()).toEqual([...HEADERS, 'X-Left'].toSorted());
    expect(responses[500].headers).toBeUndefined();
    expect(operationAt(document, 'post /things').security).toEqual([{ key: [] }]);
  });

  it('are told apart by more than their names, and ask for the users that they name', async () => {
    app = await startRealms(platform, { controllers: [ThingsController, namesake()] });
    const document = documentOf(app);
    expect(operationAt(document, 'get /others/{id}').security).toBeUndefined();
    expect(operationAt(document, 'get /things/{id}').security).toEqual(USER);
    // Either kind of users will do; which one is looked for first does not matter to who asks.
    expect(operationAt(document, 'get /others').security).toEqual([...USER, ...ADMIN]);
    expect(operationAt(document, 'delete /others/all').security).toEqual(ADMIN);
    expect(operationAt(document, 'get /admins').security).toEqual(ADMIN);
    expect(operationAt(document, 'get /users').security).toEqual(USER);
  });

  it('are found in modules with paths of their own, and under each of their paths', async () => {
    app = await TestApp.start(platform, {
      imports: [InnerModule, RouterModule.register([{ path: 'outer', module: InnerModule }])],
    });
    const document = documentOf(app);
    for (const path of ['one', 'two']) {
      expect(operationAt(document, `get /outer/inner/${path}`).security).toEqual(USER);
    }
  });

  it.each([
    ['provided', { providers: [{ provide: APP_GUARD, useClass: TokenAuthGuard }] }],
    ['given', { configure: (nest: TestApp['nest']) => nest.useGlobalGuards(nest.get(TokenAuthGuard)) }],
  ])('need it all under a guard that is global (%s)', async (_, options) => {
    app = await startRealms(platform, { controllers: [ThingsController, namesake()], ...options });
    const document = documentOf(app);
    expect(operationAt(document, 'get /others/{id}').security).toEqual(USER);
    expect(operationAt(document, 'get /things').security).toBeUndefined();
    expect(operationAt(document, 'get /admins').security).toEqual(ADMIN);
    expect(operationAt(document, 'post /auth/sign_in').security).toEqual([]);
  });

  it('may be refused to pages of other origins in cookie mode', async () => {
    app = await TestApp.start(platform, {
      controllers: [ThingsController],
      auth: { cookieEnabled: true, ...PROVIDER },
    });
    const document = documentOf(app);
    const statuses = (name: string) => Object.keys(operationAt(document, name).responses);
    expect(statuses('get /things/{id}')).toEqual(['200', '401']);
    expect(statuses('patch /things/{id}')).toEqual(['204', '401', '403', '500']);
    expect(statuses('get /auth/validate_token')).not.toContain('403');
    expect(statuses('delete /auth/sign_out')).toContain('403');
    // The provider's own page sends it.
    expect(statuses('post /auth/{provider}/callback')).not.toContain('403');
  });
});
