import {
  createServiceClient,
  ServiceUnavailableError,
  TokenAuthError,
  UnreachableError,
} from 'nestjs-token-auth/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PASSWORD } from '../support/accounts.js';
import { LoginService } from '../support/login-service.js';

describe('a service client with the scheme bearer, cached', () => {
  let service: LoginService;
  const failures: { identity: string; error: unknown }[] = [];

  beforeEach(async () => {
    service = await LoginService.start();
    failures.length = 0;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await service.close();
  });

  const connect: typeof service.connect = (options) =>
    service.connect({ onSignInFailed: (failure) => failures.push(failure), ...options });

  it('signs in once for many requests at once, and for later ones', async () => {
    const ada = connect().as('ada');
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await ada.fetch('/people')));
    await ada.fetch('/people');
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await answers[0]?.json()).toMatchObject({ name: 'ada' });
    expect(service.signIns).toBe(1);
  });

  it('keeps a token for each identity', async () => {
    const client = connect();
    const names = ['ada', 'grace', 'ada', 'grace'];
    const answers = await Promise.all(
      names.map(async (name) => (await (await client.as(name).fetch('people')).json()) as { name: string }),
    );
    expect(answers.map(({ name }) => name)).toEqual(names);
    expect(service.signIns).toBe(2);
  });

  it('has a fetch of its own where there are no identities', async () => {
    const client = createServiceClient({
      baseUrl: `${service.url}/`,
      strategy: 'cached',
      scheme: 'bearer',
      credentials: async () => ({ name: 'portal', password: PASSWORD }),
    });
    const response = await client.fetch('people');
    expect(await response.json()).toMatchObject({ name: 'portal' });
  });

  it('signs in by a form where the credentials are one', async () => {
    const client = connect({ credentials: (name) => new URLSearchParams({ name, password: PASSWORD }) });
    expect((await client.as('ada').fetch('people')).status).toBe(200);
    expect(service.visits[0]?.body).toBe('name=ada&password=correct+horse');
  });

  it('fails once a token was revoked, and signs in for the next request', async () => {
    const ada = connect().as('ada');
    await ada.fetch('/people');
    service.revokeAll();
    const refused = await ada.fetch('/people').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServiceUnavailableError);
    expect((refused as Error).message).toMatch(/not available.*Try again later/);
    expect((refused as Error).cause).toMatchObject({ status: 401 });
    expect(service.signIns).toBe(1);
    expect((await ada.fetch('/people')).status).toBe(200);
    expect(service.signIns).toBe(2);
    expect(failures).toEqual([]);
  });

  it('keeps the newer token where a sibling of the refused one has signed in already', async () => {
    const ada = connect().as('ada');
    await ada.fetch('/people');
    service.revokeAll();
    let release = () => {};
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    service.instead = async (line) => {
      if (line !== 'GET /slow') return null;
      await held;
      return [401, {}];
    };
    const slow = ada.fetch('/slow').catch((error: unknown) => error);
    await vi.waitFor(() => expect(service.lines).toContain('GET /slow'));
    await expect(ada.fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    await ada.fetch('/people');
    release();
    expect(await slow).toBeInstanceOf(ServiceUnavailableError);
    await ada.fetch('/people');
    expect(service.signIns).toBe(2);
  });

  it('sends a request again by itself where it is asked to, with its body', async () => {
    const ada = connect({ retryRevoked: true }).as('ada');
    await ada.fetch('/people');
    service.revokeAll();
    const response = await ada.fetch('/people', { method: 'POST', body: 'who?' });
    expect(await response.json()).toMatchObject({ name: 'ada', echo: 'who?' });
    expect(service.signIns).toBe(2);
  });

  it.each([
    ['a stream', (url: string) => [url, { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' }] as const],
    ['a request', (url: string) => [new Request(url, { method: 'POST', body: 'x' }), undefined] as const],
  ])('does not send %s again, which has been read', async (_kind, make) => {
    const ada = connect({ retryRevoked: true }).as('ada');
    await ada.fetch('/people');
    service.revokeAll();
    const [input, init] = make(`${service.url}/people`);
    await expect(ada.fetch(input, init as RequestInit)).rejects.toThrow(ServiceUnavailableError);
    expect(service.lines.filter((line) => line === 'POST /people')).toHaveLength(1);
  });

  it('fails where a token is refused that has just been given', async () => {
    service.instead = (line) => (line === 'GET /people' ? [401, {}] : null);
    await expect(connect({ retryRevoked: true }).as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    expect(service.signIns).toBe(2);
  });

  it.each([
    ['refused', () => [401, { error: 'invalid_grant' }] as const, TokenAuthError, 401],
    ['answered with a failure', () => [500, { error: PASSWORD }] as const, TokenAuthError, 500],
    ['answered with a page', () => [200, '<html>'] as const, Error, undefined],
    [
      'answered with another kind of token',
      () => [200, { access_token: 'x', token_type: 'DPoP' }] as const,
      Error,
      undefined,
    ],
    ['redirected', () => [307, {}, { location: '/elsewhere' }] as const, TokenAuthError, 307],
  ])('fails where a sign-in is %s, and tells once', async (_how, answer, kind, status) => {
    service.instead = (line) => (line.startsWith('POST /auth/sign_in') ? answer() : null);
    const ada = connect().as('ada');
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, async () => await ada.fetch('/people')));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ServiceUnavailableError) });
    }
    expect(service.lines).toEqual(['POST /auth/sign_in']);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ identity: 'ada', error: expect.any(kind) });
    expect(failures.map(({ error }) => (error as { status?: number }).status)).toEqual([status]);
    service.instead = () => null;
    expect((await ada.fetch('/people')).status).toBe(200);
  });

  it('says when to try again where the service does', async () => {
    service.instead = () => [503, {}, { 'retry-after': '17' }];
    await expect(connect().as('ada').fetch('/people')).rejects.toMatchObject({ retryAfter: 17 });
  });

  it('fails where nobody answers', async () => {
    const lost = await LoginService.start();
    await lost.close();
    await expect(connect({ baseUrl: lost.url }).as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    expect(failures[0]?.error).toBeInstanceOf(UnreachableError);
  });

  it('fails where a sign-in takes too long', async () => {
    service.instead = async () => await new Promise<never>(() => {});
    await expect(connect({ timeout: 20 }).as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    expect(failures[0]?.error).toMatchObject({ name: 'TimeoutError', message: 'Signing in took longer than 20 ms.' });
  });

  it('fails where the credentials are not to be had', async () => {
    const lost = new Error('The vault is sealed.');
    const ada = connect({ credentials: async () => await Promise.reject(lost) }).as('ada');
    await expect(ada.fetch('/people')).rejects.toMatchObject({ name: 'ServiceUnavailableError', cause: lost });
    expect(failures).toEqual([{ identity: 'ada', error: lost }]);
  });

  it.each([
    ['throws', () => expect.fail('alert')],
    ['rejects', async () => await Promise.reject(new Error('alert'))],
  ])('is not disturbed by a callback that %s', async (_how, onSignInFailed) => {
    service.instead = () => [401, {}];
    await expect(connect({ onSignInFailed }).as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
  });

  it('passes all else on as fetch does', async () => {
    const ada = connect().as('ada');
    service.instead = (line) => (line === 'GET /people' ? [500, { errors: ['broken'] }] : null);
    const response = await ada.fetch('/people');
    expect([response.status, await response.json()]).toEqual([500, { errors: ['broken'] }]);
    service.instead = (line, reply) => (line === 'GET /people' ? (reply.destroy(), null) : null);
    await expect(ada.fetch('/people')).rejects.toThrow(TypeError);
    expect(service.signIns).toBe(1);
  });

  it('has no secret in its errors', async () => {
    const { inspect } = await import('node:util');
    const seen: unknown[] = [];
    const wrong = connect({ credentials: (name) => ({ name, password: 'wr0ng-passw0rd' }) }).as('ada');
    seen.push(await wrong.fetch('/people').catch((error: unknown) => error));
    const ada = connect().as('ada');
    await ada.fetch('/people');
    const [token = ''] = service.tokens.keys();
    service.revokeAll();
    seen.push(await ada.fetch('/people').catch((error: unknown) => error), failures);
    const all = inspect(seen, { depth: Infinity, showHidden: true });
    expect(all).toContain('invalid_grant');
    expect(all).not.toContain('wr0ng');
    expect(all).not.toContain(PASSWORD);
    expect(all).not.toContain(token);
  });

  it('sends tokens and credentials to the origin of the API alone', async () => {
    const elsewhere = await LoginService.start();
    const ada = connect({ baseUrl: `${service.url}/api`, signInPath: '/auth/sign_in' }).as('ada');
    service.instead = (line) => (line === 'GET /api/away' ? [302, {}, { location: `${elsewhere.url}/x` }] : null);
    await ada.fetch(`${elsewhere.url}/people`);
    await ada.fetch(`${service.url}/people`);
    await ada.fetch(`${service.url}/api/%2e%2e/people`);
    expect(service.signIns).toBe(0);
    await ada.fetch('away');
    expect(service.signIns).toBe(1);
    const visits = [...elsewhere.visits, ...service.visits.filter(({ line }) => line === 'GET /people')];
    expect(visits.map(({ authorization }) => authorization)).toEqual(Array(4).fill(undefined));
    await elsewhere.close();
  });

  it('lets a request be aborted that waits for a sign-in, and signs in for the others', async () => {
    let release = () => {};
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    service.instead = async (line) => (line.startsWith('POST') ? await held : null);
    const ada = connect().as('ada');
    const controller = new AbortController();
    const aborted = ada.fetch('/people', { signal: controller.signal }).catch((error: unknown) => error);
    const other = ada.fetch('/people');
    await vi.waitFor(() => expect(service.signIns).toBe(1));
    controller.abort();
    expect(await aborted).toMatchObject({ name: 'AbortError' });
    release();
    expect((await other).status).toBe(200);
    expect(service.signIns).toBe(1);
  });

  it('does not take two objects for one identity', async () => {
    const options = { baseUrl: service.url, strategy: 'cached', scheme: 'bearer' } as const;
    const credentials = ({ name }: { name: string }) => ({ name, password: PASSWORD });
    const client = createServiceClient<{ name: string }>({ ...options, credentials });
    await expect(client.as({ name: 'ada' }).fetch('/people')).rejects.toThrow('identityKey');
    const keyed = createServiceClient<{ name: string }>({ ...options, credentials, identityKey: ({ name }) => name });
    for (const name of ['ada', 'grace', 'ada']) {
      expect(await (await keyed.as({ name }).fetch('/people')).json()).toMatchObject({ name });
    }
    expect(service.signIns).toBe(2);
  });

  it.each([
    [{ baseUrl: 'ftp://example.com' }, 'baseUrl'],
    [{ baseUrl: '/api' }, 'URL'],
    [{ strategy: 'never' }, 'strategy'],
    [{ scheme: 'basic' }, 'scheme'],
    [{ scheme: 'token-auth', signInPath: 'login' }, 'signInPath'],
    [{ signInPath: 'https://elsewhere.example/sign_in' }, 'signInPath'],
    [{ signOutPath: 'https://elsewhere.example/sign_out' }, 'signOutPath'],
    [{ maxIdentities: 0 }, 'maxIdentities'],
  ])('refuses options that it cannot work with: %o', (options, message) => {
    expect(() => connect(options as never)).toThrow(message);
  });
});
