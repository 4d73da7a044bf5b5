import { Controller, Get, UseGuards, Version, VersioningType } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard, TokenAuthMailer, type TokenAuthEndpoints } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { outcome } from '../support/visits.js';

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  @Version('2')
  show(@CurrentUser('email') email: string) {
    return { email };
  }
}

class NoMailer extends TokenAuthMailer {
  override async send(): Promise<void> {}
}

onEveryAdapter('the endpoints', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  /** Which endpoints are there under a path: without a body and credentials, each has errors of its own to tell. */
  async function served(
    path: string,
  ): Promise<Record<Exclude<keyof TokenAuthEndpoints, 'clients' | 'oauth'>, boolean>> {
    const isThere = async (method: string, route: string) =>
      (await send(app.url + path + route, { method })).body?.errors !== undefined;
    return {
      signUp: await isThere('POST', ''),
      signIn: await isThere('POST', '/sign_in'),
      signOut: await isThere('DELETE', '/sign_out'),
      validateToken: await isThere('GET', '/validate_token'),
      updateAccount: (await isThere('PUT', '')) && (await isThere('PATCH', '')),
      deleteAccount: await isThere('DELETE', ''),
      passwords: (await isThere('POST', '/password')) && (await isThere('PUT', '/password')),
      confirmations: await isThere('POST', '/confirmation'),
      unlocks: await isThere('POST', '/unlock'),
    };
  }

  const all = {
    signUp: true,
    signIn: true,
    signOut: true,
    validateToken: true,
    updateAccount: true,
    deleteAccount: true,
    passwords: true,
    confirmations: true,
    unlocks: true,
  };
  const none = Object.fromEntries(Object.keys(all).map((name) => [name, false]));
  /** With which all of them have something to do. */
  const everything = {
    mailer: NoMailer,
    publicUrl: 'https://api.example.com/auth',
    defaultConfirmSuccessUrl: 'https://app.example.com',
    confirmable: true,
    allowUnconfirmedAccessFor: '1d',
    lockable: true,
  } as const;

  it('are all under /auth by default', async () => {
    app = await TestApp.start(platform, { auth: everything });
    expect(await served('/auth')).toEqual(all);
    expect(await served('')).toEqual(none);
  });

  it('can be switched off as a whole; guard and headers work without them', async () => {
    app = await TestApp.start(platform, {
      auth: { ...everything, endpoints: false },
      controllers: [MembersController],
    });
    expect(await served('/auth')).toEqual(none);
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/members')).toEqual([200, 'token', 'rotated']);
  });

  it.each(Object.keys(all) as (keyof TokenAuthEndpoints)[])('can do without %s', async (name) => {
    app = await TestApp.start(platform, { auth: { ...everything, endpoints: { [name]: false } } });
    expect(await served('/auth')).toEqual({ ...all, [name]: false });
  });

  it.each(['people/session', '/people/session'])('can be mounted under %s', async (path) => {
    app = await TestApp.start(platform, { auth: { ...everything, path } });
    expect(await served('/people/session')).toEqual(all);
    expect(await served('/auth')).toEqual(none);
  });

  it('come after a global prefix and know no versions', async () => {
    app = await TestApp.start(platform, {
      auth: everything,
      controllers: [MembersController],
      configure: (nest) => nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
    });
    expect(await served('/api/auth')).toEqual(all);
    expect(await served('/auth')).toEqual(none);

    const account = { email: 'ada@example.com', password: 'correct horse' };
    await sendJson(`${app.url}/api/auth`, 'POST', account);
    const { auth } = await sendJson(`${app.url}/api/auth/sign_in`, 'POST', account);
    app.clock.advance('10s');
    const client = new ProtocolClient(app, {
      'access-token': auth.accessToken ?? '',
      client: auth.client ?? '',
      uid: auth.uid ?? '',
    });
    const members = await client.go('/api/v2/members');
    expect([members.status, told(members), members.body]).toEqual([200, 'token', { email: 'ada@example.com' }]);
    expect((await client.go('/api/auth/validate_token')).status).toBe(200);
    expect((await client.go('/api/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
  });

  it.each([
    ['of the header', { type: VersioningType.HEADER, header: 'x-version' } as const],
    ['of the media type', { type: VersioningType.MEDIA_TYPE, key: 'v=' } as const],
    ['with a default', { type: VersioningType.URI, defaultVersion: '1' } as const],
  ])('keep their paths under versioning %s', async (_, options) => {
    app = await TestApp.start(platform, { auth: everything, configure: (nest) => nest.enableVersioning(options) });
    expect(await served('/auth')).toEqual(all);
  });
});
