import { TokenAuthError, type SignOutFailure } from 'nestjs-token-auth/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginService } from '../support/login-service.js';

let service: LoginService;

beforeEach(async () => {
  service = await LoginService.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await service.close();
});

describe('a service client with tokens that expire', () => {
  const now = () => Date.now();

  it.each([
    ['expires_in in seconds', () => ({ expires_in: 600 })],
    ['expires_in as text', () => ({ expires_in: '600' })],
    ['expires_at in ISO 8601', () => ({ expires_at: new Date(now() + 600_000).toISOString() })],
    ['expires_at without a zone', () => ({ expires_at: new Date(now() + 600_000).toISOString().slice(0, -1) })],
    ['expires_at in seconds', () => ({ expires_at: Math.floor(now() / 1000) + 600 })],
    ['expires_at in seconds, as text', () => ({ expires_at: String(Math.floor(now() / 1000) + 600) })],
    ['expires_at in milliseconds', () => ({ expires_at: now() + 600_000 })],
  ])('renews them before they do: %s', async (_form, grant) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    service.grant = grant;
    const ada = service.connect().as('ada');
    await ada.fetch('/people');
    vi.setSystemTime(Date.now() + 560_000);
    await ada.fetch('/people');
    expect(service.signIns).toBe(1);
    vi.setSystemTime(Date.now() + 15_000);
    await ada.fetch('/people');
    expect(service.signIns).toBe(2);
    expect(service.lines.filter((line) => line === 'GET /people')).toHaveLength(3);
  });

  it('counts by the clock of the service, whatever this machine takes the time for', async () => {
    const atService = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    service.instead = (line) => {
      if (!line.startsWith('POST')) return null;
      service.tokens.set('token', 'ada');
      const answer = { access_token: 'token', expires_at: new Date(atService + 600_000).toISOString() };
      return [200, answer, { date: new Date(atService).toUTCString() }];
    };
    for (const wrong of [-3_600_000, 3_600_000]) {
      vi.setSystemTime(atService + wrong);
      const before = service.signIns;
      const ada = service.connect().as('ada');
      await ada.fetch('/people');
      vi.setSystemTime(Date.now() + 560_000);
      await ada.fetch('/people');
      expect(service.signIns).toBe(before + 1);
      vi.setSystemTime(Date.now() + 15_000);
      await ada.fetch('/people');
      expect(service.signIns).toBe(before + 2);
    }
  });

  it.each([
    ['nothing', {}],
    ['what nobody understands', { expires_at: 'soon' }],
    ['the past', { expires_at: '2001-01-01T00:00:00Z' }],
  ])('uses them until they are refused where the service tells %s', async (_what, grant) => {
    service.grant = () => grant;
    const ada = service.connect().as('ada');
    await ada.fetch('/people');
    await ada.fetch('/people');
    expect(service.signIns).toBe(1);
  });
});

describe('a service client with many identities', () => {
  it('signs out the least recently used beyond its limit', async () => {
    const client = service.connect({ maxIdentities: 2 });
    for (const name of ['ada', 'grace', 'ada', 'joan']) await client.as(name).fetch('/people');
    await vi.waitFor(() => expect([...service.tokens.values()]).toEqual(['ada', 'joan']));
    await client.as('ada').fetch('/people');
    expect(service.signIns).toBe(3);
    await client.as('grace').fetch('/people');
    expect(service.signIns).toBe(4);
  });

  it('does not sign out whose request is under way', async () => {
    const client = service.connect({ maxIdentities: 1 });
    let release = () => {};
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    service.instead = async (line) => (line === 'GET /slow' ? await held : null);
    const slow = client.as('ada').fetch('/slow');
    await vi.waitFor(() => expect(service.lines).toContain('GET /slow'));
    await client.as('grace').fetch('/people');
    expect(service.tokens.size).toBe(2);
    release();
    expect((await slow).status).toBe(200);
    await vi.waitFor(() => expect([...service.tokens.values()]).toEqual(['grace']));
  });

  it('signs all out when it is closed, and sends nothing after that', async () => {
    const client = service.connect();
    for (const name of ['ada', 'grace']) await client.as(name).fetch('/people');
    await client.close();
    expect(service.tokens.size).toBe(0);
    await expect(client.as('ada').fetch('/people')).rejects.toThrow('closed');
  });

  it('tells of a sign-out that fails', async () => {
    const told = vi.fn<(failure: SignOutFailure<string>) => void>();
    const client = service.connect({ onSignOutFailed: told });
    await client.as('ada').fetch('/people');
    service.instead = () => [500, {}];
    await client.close();
    expect(told).toHaveBeenCalledExactlyOnceWith({ identity: 'ada', error: expect.any(TokenAuthError) });
  });
});
