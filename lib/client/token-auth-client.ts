import { createApi, dataOf } from './api.js';
import { errorOf, TokenAuthError } from './errors.js';
import { createExchanges, tokenOf, type Exchange } from './exchanges.js';
import { createFetch } from './fetch.js';
import { COOKIE_SESSION, createKeeper } from './keeper.js';
import { byRedirect, inPopup, sessionOf, takeArrival } from './oauth.js';
import { localTokenStorage, memoryStorage, type TokenStorage } from './storage.js';
import type { SignedInClient, TokenAuthClient, TokenAuthClientOptions, TokenAuthUser } from './types.js';

/** Where a page of another origin may not read the headers of an answer. */
const NO_TOKEN = 'Signed in, but the token cannot be read here: expose its headers by CORS.';

/** Around a request that shows no account. */
const asNobody = async (): Promise<Exchange> => ({ headers: {}, finish: async () => 'done' });

/**
 * Signs people in to an API of nestjs-token-auth, and follows their token.
 *
 * @throws TypeError where `baseUrl` is no http(s) URL.
 */
export function createTokenAuthClient<U = TokenAuthUser>(options: TokenAuthClientOptions): TokenAuthClient<U> {
  const api = createApi(options);
  const storage = storageOf(options, api.endpoint(''));
  const keeper = createKeeper<U>(storage, api.cookies);
  const exchanges = createExchanges(api, keeper);
  const { check } = exchanges;
  /** Some endpoints say by a 404 that nobody is signed in. */
  const asMember = () => exchanges.begin(404);
  const arrival = takeArrival();

  /** One request; throws for all but a success. */
  async function call<T = U>(method: string, path: string, body?: object, begin = asMember) {
    for (let isFirst = true; ; isFirst = false) {
      const exchange = await begin();
      let response: Response | null = null;
      let verdict: string | undefined;
      try {
        response = await api.request(method, path, exchange.headers, body);
      } finally {
        verdict = await exchange.finish(response);
      }
      if (response.ok) return { data: await dataOf<T>(response), response };
      if (verdict === 'done' || !isFirst) throw await errorOf(response);
    }
  }

  /** Takes what a sign-in has brought. */
  async function enter(response: Response, user: U): Promise<U> {
    const session = api.cookies ? COOKIE_SESSION : tokenOf(response.headers);
    if (!session) throw new TokenAuthError(NO_TOKEN, response.status, 'no_token');
    await exchanges.signIn(session, user);
    return user;
  }

  /** The user of a session that a provider's page has brought. */
  async function welcome(payload: ReturnType<typeof sessionOf>): Promise<U> {
    if (payload) await exchanges.signIn(payload, null);
    const user = await check();
    if (!user) throw new TokenAuthError('The sign-in has ended already.', 401, 'unauthenticated');
    return user;
  }

  async function arrive(): Promise<U | null> {
    return arrival && (await welcome(sessionOf(arrival)));
  }

  async function leave(reason: 'signed_out' | 'account_deleted'): Promise<void> {
    await keeper.change((stored) => (stored ? null : undefined), { reason });
  }

  const pages = new AbortController();
  if (typeof document !== 'undefined') {
    addEventListener('online', exchanges.catchUp, pages);
    addEventListener('storage', () => void keeper.refresh().catch(() => {}), pages);
    addEventListener(
      'pagehide',
      () => {
        // There is no time to wait for anybody.
        const stored = storage.get();
        if (stored && !(stored instanceof Promise) && exchanges.isPending(stored)) {
          void storage.set({ ...stored, lost: true });
        }
      },
      pages,
    );
  }

  const arrived = arrive();
  const ready = arrived
    .then(
      () => {},
      () => {},
    )
    .then(async () => void (await keeper.read()));
  // Whoever awaits them is told; nobody has to.
  arrived.catch(() => {});
  ready.catch(() => {});

  return {
    fetch: createFetch(api, exchanges.begin),
    get user() {
      return keeper.user;
    },
    get isSignedIn() {
      return keeper.known !== null;
    },
    ready,
    completeSignIn: () => arrived,
    async signUp(values) {
      const { data, response } = await call('POST', '', values, asNobody);
      if (api.cookies) return (await check()) ?? data;
      return tokenOf(response.headers) ? await enter(response, data) : data;
    },
    async signIn(values) {
      const { data, response } = await call('POST', 'sign_in', values, asNobody);
      return await enter(response, data);
    },
    async signOut() {
      if (!(await keeper.read()) && !api.cookies) return;
      const exchange = await exchanges.begin();
      if (!api.cookies) await leave('signed_out');
      try {
        await call('DELETE', 'sign_out', undefined, async () => exchange);
      } catch (error) {
        // The server knows of no such client any more.
        if ((error as Partial<TokenAuthError>).status !== 404) throw error;
      }
      await leave('signed_out');
    },
    validate: check,
    async updateAccount(values) {
      const { data } = await call('PUT', '', values);
      keeper.setUser(data);
      return data;
    },
    async deleteAccount() {
      await call('DELETE', '');
      await leave('account_deleted');
    },
    async requestPasswordReset({ email, redirectUrl }) {
      await call('POST', 'password', { email, redirect_url: redirectUrl }, asNobody);
    },
    async resetPassword({ password, passwordConfirmation = password, resetPasswordToken, ...others }) {
      const { data, response } = await call(
        'PUT',
        'password',
        { ...others, password, password_confirmation: passwordConfirmation, reset_password_token: resetPasswordToken },
        resetPasswordToken === undefined ? asMember : asNobody,
      );
      if (resetPasswordToken !== undefined) return await enter(response, data);
      keeper.setUser(data);
      return data;
    },
    async resendConfirmation({ email, redirectUrl }) {
      await call('POST', 'confirmation', { email, redirect_url: redirectUrl }, asNobody);
    },
    async requestUnlock({ email }) {
      await call('POST', 'unlock', { email }, asNobody);
    },
    async signInWith(provider, options = {}) {
      if (options.mode === 'redirect') return await byRedirect(api, provider, options);
      return await welcome(await inPopup(api, provider, options));
    },
    async clients(): Promise<SignedInClient[]> {
      return (await call<SignedInClient[]>('GET', 'clients')).data;
    },
    async revoke(id) {
      const { response } = await call('DELETE', `clients/${encodeURIComponent(id)}`);
      // It may have been this one.
      if (!response.headers.get('client')) await check().catch(() => {});
    },
    async revokeOthers() {
      return (await call<{ ended: number }>('DELETE', 'clients')).data.ended;
    },
    onChange: keeper.onChange,
    begin: async (url) => (api.has(url) ? await exchanges.begin() : null),
    close() {
      pages.abort();
      keeper.close();
    },
  };
}

function storageOf({ storage, cookies }: TokenAuthClientOptions, name: string): TokenStorage {
  // A name of its own for each API: no other one gets its tokens.
  if (cookies) return { ...memoryStorage(), channel: name };
  return storage ?? (typeof document === 'undefined' ? memoryStorage() : localTokenStorage(`token-auth:${name}`));
}
