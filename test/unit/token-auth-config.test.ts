import { describe, expect, it } from 'vitest';
import { TokenAuthOptionsError } from '../../lib/options/options-check.js';
import { resolveOptions } from '../../lib/token-auth.config.js';
import type { TokenAuthOptions } from '../../lib/token-auth.options.js';

const SECRET = 'too short to be a pepper';
const PEPPER = 'a pepper of at least 32 characters';

function faultsOf(options: object): readonly string[] {
  try {
    resolveOptions(options as TokenAuthOptions);
  } catch (error) {
    if (error instanceof TokenAuthOptionsError) return error.faults;
    throw error;
  }
  return [];
}

describe('the defaults', () => {
  it('are what the options say', async () => {
    const { maxNumberOfDevices, ...config } = resolveOptions({});
    expect(config).toEqual({
      rules: {
        rotate: true,
        tokenLifespan: 1_209_600_000,
        clientLifespan: null,
        buffer: 5000,
        batchLimit: 60_000,
        forgiving: false,
      },
      batchResponse: 'blank',
      onTokenReuse: 'revoke',
      tokenPeppers: [''],
      headersNames: {
        'access-token': 'access-token',
        'token-type': 'token-type',
        client: 'client',
        expiry: 'expiry',
        uid: 'uid',
        authorization: 'Authorization',
      },
      cookie: null,
      queryEnabled: false,
      trustedOrigins: [],
      endSocket: null,
      checkCurrentPassword: false,
      reset: { within: 21_600_000, requiresToken: true },
      signUpDto: null,
      accountUpdateDto: null,
      paranoid: true,
      confirmation: null,
      lock: null,
      throttle: { accountLimit: 50, addressLimit: 200, window: 1_800_000 },
      mail: null,
      redirects: { allowlist: expect.anything(), confirmSuccess: null, passwordReset: null, unlockSuccess: null },
      languages: {},
      databaseTimeout: 10_000,
      oauth: new Map(),
      publicUrl: null,
      defaultLanguage: 'en',
      password: { cost: 12, pepper: '', minLength: 8, queueLimit: 100 },
      userResponse: null,
    });
    expect(await maxNumberOfDevices({} as never)).toBe(10);
  });

  it('of cookie mode', () => {
    const { cookie, rules } = resolveOptions({ cookieEnabled: true });
    expect(cookie).toEqual({
      name: '__Host-auth_cookie',
      domain: undefined,
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'lax',
    });
    expect(rules.forgiving).toBe(true);
    expect(resolveOptions({ cookieEnabled: true, lostResponse: 'strict' }).rules.forgiving).toBe(false);
  });

  it.each([{ domain: 'example.com' }, { path: '/api' }, { secure: false }])(
    'of the name of a cookie that cannot have the prefix: %j',
    (cookieAttributes) => {
      expect(resolveOptions({ cookieEnabled: true, cookieAttributes }).cookie?.name).toBe('auth_cookie');
    },
  );

  it('stand in for undefined', () => {
    const names = [
      'tokenLifespan',
      'batchResponse',
      'tokenPepper',
      'maxNumberOfDevices',
      'headersNames',
      'passwordCost',
    ];
    const unset = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(JSON.stringify(resolveOptions(unset))).toBe(JSON.stringify(resolveOptions({})));
    const attributes = { domain: undefined, path: undefined, secure: undefined, sameSite: undefined };
    const cookieMode = {
      cookieEnabled: true,
      cookieName: undefined,
      cookieAttributes: attributes,
    } as unknown as TokenAuthOptions;
    expect(resolveOptions(cookieMode).cookie).toEqual(resolveOptions({ cookieEnabled: true }).cookie);
  });

  it('cannot be changed afterwards', () => {
    const config = resolveOptions({ cookieEnabled: true });
    for (const part of [config, config.rules, config.headersNames, config.tokenPeppers, config.cookie, config.password])
      expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('what is accepted', () => {
  it('reads durations as numbers and as text', () => {
    const { rules } = resolveOptions({
      tokenLifespan: '1 hour',
      clientLifespan: 86_400_000,
      batchRequestBufferThrottle: 0,
      batchRequestLimit: 0,
    });
    expect(rules).toMatchObject({ tokenLifespan: 3_600_000, clientLifespan: 86_400_000, buffer: 0, batchLimit: 0 });
  });

  it('waits for the database without an end where it is told to', () => {
    expect(resolveOptions({ databaseTimeout: null }).databaseTimeout).toBeNull();
    expect(resolveOptions({ databaseTimeout: '3s' }).databaseTimeout).toBe(3000);
  });

  it.each<[unknown, string[]]>([
    [PEPPER, [PEPPER]],
    [[PEPPER], [PEPPER]],
    [
      [PEPPER, ''],
      [PEPPER, ''],
    ],
    [
      ['', PEPPER],
      ['', PEPPER],
    ],
    ['x'.repeat(32), ['x'.repeat(32)]],
  ])('tokenPepper %j', (tokenPepper, peppers) => {
    expect(resolveOptions({ tokenPepper: tokenPepper as string }).tokenPeppers).toEqual(peppers);
  });

  it.each<TokenAuthOptions>([
    { tokenLifespan: 1000 },
    { clientLifespan: null },
    { batchRequestBufferThrottle: '60s' },
    { passwordCost: 4, passwordMinLength: 1, passwordQueueLimit: 1 },
    { passwordCost: 31, passwordMinLength: 72, passwordQueueLimit: 100_000 },
    { maxNumberOfDevices: 1 },
    { cookieEnabled: true, cookieAttributes: { sameSite: 'none' } },
    { headersNames: { client: 'uid', uid: 'client' } },
  ])('%j', (options) => {
    expect(faultsOf(options)).toEqual([]);
  });

  it('asks a function for the number of devices', async () => {
    const { maxNumberOfDevices } = resolveOptions({ maxNumberOfDevices: async (user) => Number(user.id) * 2 });
    expect(await maxNumberOfDevices({ id: 4 } as never)).toBe(8);
  });
});

describe('what is refused', () => {
  const oneOf = (...values: string[]) => `must be one of ${values.map((value) => `'${value}'`).join(', ')}`;
  it.each<[object, string]>([
    [{ changeHeadersOnEachRequest: 'false' }, 'changeHeadersOnEachRequest must be true or false'],
    [{ cookieEnabled: 1 }, 'cookieEnabled must be true or false'],
    [{ queryEnabled: 'yes' }, 'queryEnabled must be true or false'],
    [
      { tokenLifespan: 'soon' },
      `tokenLifespan must be a duration: "soon" is not a duration: give milliseconds or text such as '5s' or '2 weeks'`,
    ],
    [{ tokenLifespan: 999 }, 'tokenLifespan must be at least 1000 ms'],
    [
      { tokenLifespan: Number.NaN },
      `tokenLifespan must be a duration: null is not a duration: give milliseconds or text such as '5s' or '2 weeks'`,
    ],
    [{ clientLifespan: '999ms' }, 'clientLifespan must be at least 1000 ms'],
    [{ clientLifespan: 0 }, 'clientLifespan must be at least 1000 ms'],
    [{ batchRequestBufferThrottle: '61s' }, 'batchRequestLimit must not be shorter than batchRequestBufferThrottle'],
    [
      { batchRequestLimit: 'long' },
      `batchRequestLimit must be a duration: "long" is not a duration: give milliseconds or text such as '5s' or '2 weeks'`,
    ],
    [
      { batchRequestBufferThrottle: -1, batchRequestLimit: 0, tokenLifespan: 1000 },
      `batchRequestBufferThrottle must be a duration: -1 is not a duration: give milliseconds or text such as '5s' or '2 weeks'`,
    ],
    [{ databaseTimeout: 0 }, 'databaseTimeout must be at least 1 ms'],
    [{ databaseTimeout: '25 days' }, 'databaseTimeout must be at most 2147483647 ms'],
    [{ batchRequestLimit: 4999 }, 'batchRequestLimit must not be shorter than batchRequestBufferThrottle'],
    [{ batchResponse: 'echo' }, `batchResponse ${oneOf('blank', 'repeat', 'omit')}`],
    [{ lostResponse: true }, `lostResponse ${oneOf('strict', 'forgiving')}`],
    [{ onTokenReuse: 'ignore' }, `onTokenReuse ${oneOf('revoke', 'reject')}`],
    [{ tokenPepper: SECRET }, 'tokenPepper must have at least 32 characters'],
    [{ tokenPepper: [] }, 'tokenPepper must name at least one pepper'],
    [{ tokenPepper: '' }, 'tokenPepper must have at least 32 characters'],
    [{ tokenPepper: ['x'.repeat(31)] }, 'tokenPepper must have at least 32 characters'],
    [{ tokenPepper: [PEPPER, 5] }, 'tokenPepper must be a text or a list of texts'],
    [{ tokenPepper: { key: PEPPER } }, 'tokenPepper must be a text or a list of texts'],
    [{ endSocket: 'close' }, 'endSocket must be a function of a socket and a reason'],
    [{ maxNumberOfDevices: 0 }, 'maxNumberOfDevices must be a whole number of 1 or more, or a function of the user'],
    [{ maxNumberOfDevices: 1.5 }, 'maxNumberOfDevices must be a whole number of 1 or more, or a function of the user'],
    [{ maxNumberOfDevices: '10' }, 'maxNumberOfDevices must be a whole number of 1 or more, or a function of the user'],
    [{ headersNames: { token: 'x' } }, "headersNames knows no header 'token'"],
    [{ headersNames: { client: '' } }, "headersNames gives 'client' a name that no header can have"],
    [{ headersNames: { client: 'my client' } }, "headersNames gives 'client' a name that no header can have"],
    [{ headersNames: { client: 5 } }, "headersNames gives 'client' a name that no header can have"],
    [{ headersNames: { client: 'UID' } }, 'headersNames gives two headers the same name'],
    [{ cookieEnabled: true, cookieName: 'a b' }, 'cookieName must be a name that a cookie can have'],
    [
      { cookieEnabled: true, cookieName: '__Host-a', cookieAttributes: { path: '/api' } },
      "cookieName starts with '__Host-', which needs secure, path '/' and no domain",
    ],
    [
      { cookieEnabled: true, cookieAttributes: { sameSite: 'none', secure: false } },
      "cookieAttributes with sameSite 'none' must be secure",
    ],
    [{ cookieEnabled: true, cookieName: 5 }, 'cookieName must be a name that a cookie can have'],
    [{ cookieEnabled: true, cookieAttributes: { samesite: 'lax' } }, "cookieAttributes knows no attribute 'samesite'"],
    [
      { cookieEnabled: true, cookieAttributes: { secure: 'false' } },
      "cookieAttributes must say true or false for 'secure'",
    ],
    [
      { cookieEnabled: true, cookieAttributes: { httpOnly: 0 } },
      "cookieAttributes must say true or false for 'httpOnly'",
    ],
    [
      { cookieEnabled: true, cookieAttributes: { sameSite: 'some' } },
      'cookieAttributes cannot be sent: option sameSite is invalid: some',
    ],
    [
      { cookieEnabled: true, cookieAttributes: { path: '/;' } },
      'cookieAttributes cannot be sent: option path is invalid: /;',
    ],
    [
      { cookieEnabled: true, cookieAttributes: { domain: 'a b' } },
      'cookieAttributes cannot be sent: option domain is invalid: a b',
    ],
    [{ passwordPepper: 5 }, 'passwordPepper must be a text'],
    [{ userResponse: 'name' }, 'userResponse must be a function of the user'],
    [{ passwordCost: 3 }, 'passwordCost must be a whole number from 4 to 31'],
    [{ passwordCost: 32 }, 'passwordCost must be a whole number from 4 to 31'],
    [{ passwordCost: '12' }, 'passwordCost must be a whole number from 4 to 31'],
    [{ passwordMinLength: 0 }, 'passwordMinLength must be a whole number from 1 to 72'],
    [{ passwordMinLength: 73 }, 'passwordMinLength must be a whole number from 1 to 72'],
    [{ passwordQueueLimit: 0 }, 'passwordQueueLimit must be a whole number of 1 or more'],
    [{ tokenLifeSpan: '1h' }, 'tokenLifeSpan is not an option of this module'],
  ])('%j', (options, fault) => {
    expect(faultsOf(options)).toEqual([fault]);
  });

  it('is named in one error, all of it', () => {
    const options = { tokenLifespan: -1, batchResponse: 'echo', tokenPepper: SECRET, cookiesEnabled: true };
    let error: Error | undefined;
    try {
      resolveOptions(options as never);
    } catch (thrown) {
      error = thrown as Error;
    }
    expect(error).toBeInstanceOf(TokenAuthOptionsError);
    expect(error?.message).toContain('cookiesEnabled is not an option');
    expect(error?.message).toContain('tokenLifespan must be a duration');
    expect(error?.message).toContain('batchResponse must be one of');
    expect(error?.message).toContain('tokenPepper must have');
    expect(error?.message.split('\n- ')).toHaveLength(5);
  });

  it('never shows a secret', () => {
    for (const tokenPepper of [SECRET, [SECRET], { SECRET }, [[SECRET]], 12_345_678]) {
      const faults = faultsOf({ tokenPepper, passwordPepper: [SECRET], passwordCost: 1 }).join();
      expect(faults).toContain('tokenPepper');
      expect(faults).not.toContain(SECRET);
      expect(faults).not.toContain('12345678');
    }
  });
});

describe('what mails are sent with', () => {
  const mails = { publicUrl: 'https://api.example.com/auth/', mailFrom: 'no-reply@example.com' };

  it('is nothing of ours where the application has a mailer', () => {
    expect(resolveOptions(mails, true).mail).toEqual({
      publicUrl: 'https://api.example.com/auth',
      templates: {},
      smtp: null,
    });
  });

  it('is the transport also for a mailer that extends ours', () => {
    const { mail } = resolveOptions({ ...mails, mailTransport: 'smtp://127.0.0.1' }, true);
    expect(mail?.smtp).toEqual({ transport: 'smtp://127.0.0.1', from: 'no-reply@example.com' });
  });
});
