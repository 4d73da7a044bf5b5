import { describe, expect, it } from 'vitest';
import { SecretWatch, type Place, type SecretKind } from '../support/secret-watch.js';

const SECRET = 'q7Rk2mWz9TfLx4Vb';
const DIGEST = `$2b$04$${'NNF1rzk/lKJl0Okhu7J6O.QUNhBAAv3YGZvigJ0SdI4pLfB01kite'.slice(0, 53)}`;
const KINDS: readonly SecretKind[] = [
  'access token',
  'one-time token',
  'cookie',
  'password',
  'OAuth value',
  'pepper',
  'provider secret',
];
const PLACES: readonly Place[] = ['log', 'event', 'error body', 'thrown error', 'statement', 'column user.name'];

describe('the search for secrets', () => {
  it.each(KINDS)('finds this kind everywhere, and never says it: %s', (kind) => {
    for (const place of PLACES) {
      const watch = new SecretWatch();
      watch.see(place, `before ${SECRET}after`);
      watch.keep(kind, SECRET);
      expect(watch.findings()).toEqual([`${kind} in ${place}`]);
    }
  });

  it('finds the digest of a password where it is not stored', () => {
    const watch = new SecretWatch();
    watch.see('column user.encryptedPassword', DIGEST);
    watch.see('statement', DIGEST);
    expect(watch.findings()).toEqual([]);
    watch.see('event', { user: { encryptedPassword: DIGEST } });
    expect(watch.findings()).toEqual(['password digest in event']);
  });

  it('looks into errors: their messages, properties and causes', () => {
    for (const error of [
      new Error(`No ${SECRET}`),
      Object.assign(new Error('No'), { parameters: [SECRET] }),
      new Error('No', { cause: new Error(SECRET) }),
    ]) {
      const watch = new SecretWatch();
      watch.keep('access token', SECRET);
      watch.see('thrown error', error);
      expect(watch.findings()).toEqual(['access token in thrown error']);
    }
  });

  it('tells secrets apart that begin alike, and those that are parts of others', () => {
    const watch = new SecretWatch();
    watch.keep('access token', `${SECRET}one`);
    watch.keep('cookie', `${SECRET}two`);
    watch.see('log', `${SECRET}`);
    expect(watch.findings()).toEqual([]);
    watch.see('log', `x${SECRET}two`);
    expect(watch.findings()).toEqual(['cookie in log']);
  });

  it('takes no text for a secret that turns up by chance, nor a digest that was sent as a password', () => {
    const watch = new SecretWatch();
    for (const text of ['short', 'a'.repeat(70), DIGEST]) watch.keep('password', text);
    watch.keep('access token', 'undefined');
    expect(watch.counts).toEqual({});
  });
});
