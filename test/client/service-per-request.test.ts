import { ServiceUnavailableError, TokenAuthError, type ServiceClientOptions } from 'nestjs-token-auth/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginService } from '../support/login-service.js';

type Callback = NonNullable<ServiceClientOptions<string>['onSignInFailed']>;

describe('a service client that signs in for each request (bearer)', () => {
  let service: LoginService;
  const told = { signIn: vi.fn<Callback>(), signOut: vi.fn<Callback>() };
  const ROUND = ['POST /auth/sign_in', 'GET /people', 'DELETE /auth/sign_out'];

  beforeEach(async () => {
    service = await LoginService.start();
    vi.resetAllMocks();
  });
  afterEach(async () => await service.close());

  const connect: LoginService['connect'] = (options) =>
    service.connect({
      strategy: 'perRequest',
      onSignInFailed: told.signIn,
      onSignOutFailed: told.signOut,
      ...options,
    });

  it('signs in, uses the token once and signs out; the body is there for the caller', async () => {
    const ada = connect().as('ada');
    for (let round = 0; round < 2; round++) {
      const response = await ada.fetch('/people');
      expect(service.tokens.size).toBe(0);
      expect(await response.json()).toMatchObject({ name: 'ada' });
    }
    expect(service.lines).toEqual([...ROUND, ...ROUND]);
    expect(new Set(service.visits.map(({ authorization }) => authorization)).size).toBe(3);
  });

  it('leaves the body to the caller that goes on arriving', async () => {
    let finish = () => {};
    service.instead = (line, reply) => {
      if (line !== 'GET /people') return null;
      reply.writeHead(200).write('first ');
      finish = () => reply.end('last');
      return new Promise<never>(() => {});
    };
    const response = await connect().as('ada').fetch('/people');
    expect(service.lines).toEqual(ROUND);
    finish();
    expect(await response.text()).toBe('first last');
  });

  it('signs out after a request that has failed', async () => {
    service.instead = (line, reply) => (line === 'GET /people' ? (reply.destroy(), null) : null);
    await expect(connect().as('ada').fetch('/people')).rejects.toThrow(TypeError);
    expect(service.lines).toEqual(ROUND);
    expect(service.tokens.size).toBe(0);
  });

  it.each(['POST /auth/sign_in', 'GET /people'])('signs out where the request is aborted during %s', async (step) => {
    let release = () => {};
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    service.instead = async (line) => (line === step ? await held : null);
    const controller = new AbortController();
    const client = connect();
    const aborted = client.as('ada').fetch('/people', { signal: controller.signal });
    await vi.waitFor(() => expect(service.lines).toContain(step));
    controller.abort(new Error('too late'));
    await expect(aborted).rejects.toThrow('too late');
    release();
    await client.close();
    expect(service.tokens.size).toBe(0);
    expect(service.lines).toEqual(step === 'GET /people' ? ROUND : [ROUND[0], ROUND[2]]);
  });

  it('does nothing for a request that is aborted before', async () => {
    const aborted = connect().as('ada').fetch('/people', { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow('aborted');
    expect(service.lines).toEqual([]);
  });

  it('answers, and tells, where signing out fails', async () => {
    service.instead = (line) => (line.startsWith('DELETE') ? [500, {}] : null);
    expect((await connect().as('ada').fetch('/people')).status).toBe(200);
    const error: unknown = expect.any(TokenAuthError);
    expect(told.signOut).toHaveBeenCalledExactlyOnceWith({ identity: 'ada', error });
  });

  it('does not wait for ever until it is signed out', async () => {
    service.instead = (line) => (line.startsWith('DELETE') ? new Promise<never>(() => {}) : null);
    expect((await connect({ timeout: 100 }).as('ada').fetch('/people')).status).toBe(200);
    expect(told.signOut.mock.calls).toMatchObject([[{ error: { name: 'TimeoutError' } }]]);
  });

  it('takes whoever is not known any more for signed out', async () => {
    service.instead = (line) => (line === 'DELETE /auth/sign_out' ? [404, {}] : null);
    await connect().as('ada').fetch('/people');
    expect(told.signOut).not.toHaveBeenCalled();
  });

  it('fails, and tells, for each sign-in that fails', async () => {
    service.instead = () => [401, {}];
    const ada = connect().as('ada');
    for (let round = 0; round < 2; round++) {
      await expect(ada.fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    }
    expect(told.signIn).toHaveBeenCalledTimes(2);
    expect(service.lines).toEqual([ROUND[0], ROUND[0]]);
  });

  it('fails where its new token is refused, and tries once more where it is asked to', async () => {
    service.instead = (line) => (line === 'GET /people' ? [401, {}] : null);
    await expect(connect().as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    expect(service.lines).toEqual(ROUND);
    await expect(connect({ retryRevoked: true }).as('ada').fetch('/people')).rejects.toThrow(ServiceUnavailableError);
    expect(service.lines).toEqual([...ROUND, ...ROUND, ...ROUND]);
    expect(service.tokens.size).toBe(0);
  });

  it('revokes by POST where it is asked to, as RFC 7009 has it', async () => {
    await connect({ signOutMethod: 'POST', signOutPath: 'auth/revoke' }).as('ada').fetch('/people');
    const { line, authorization, body } = service.visits.at(-1) ?? {};
    expect(line).toBe('POST /auth/revoke');
    expect(`Bearer ${new URLSearchParams(body).get('token')}`).toBe(authorization);
    expect(service.tokens.size).toBe(0);
  });

  it('does not sign out where the service cannot', async () => {
    await connect({ signOutPath: null }).as('ada').fetch('/people');
    expect(service.lines).toEqual(ROUND.slice(0, 2));
  });
});
