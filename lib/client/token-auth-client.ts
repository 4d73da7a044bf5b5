import { createApi } from './api.js';
import { errorOf, TokenAuthError, UnreachableError } from './errors.js';
import { createExchanges, tokenOf } from './exchanges.js';
import { createFetch } from './fetch.js';
import { COOKIE_SESSION, createKeeper } from './keeper.js';
import { byRedirect, inPopup, sessionOf, takeArrival } from './oauth.js';
import { localTokenStorage, memoryStorage, type TokenStorage } from './storage.js';
import type { SignedInClient, TokenAuthClient, TokenAuthClientOptions, TokenAuthUser } from './types.js';

/** What of a sign-in answer is missing where a page of another origin may not read its headers. */
const NO_TOKEN =
  'The server has signed in, but this program cannot read the token: expose the headers access-token, client, uid, ' +
  'expiry and token-type by CORS, or use cookies: true with the cookie mode of the server.';

/**
 * Signs people in to an API of nestjs-token-auth, and follows their token.
 *
 * @throws TypeError where `baseUrl` is no http(s) URL.
 */
export function createTokenAuthClient<U = TokenAuthUser>(options: TokenAuthClientOptions): TokenAuthClient<U> {
  const api = createApi(options);
  const keeper = createKeeper<U>(storageOf(options, api.endpoint('')), api.cookies);
  const exchanges = createExchanges(api, keeper);
  const { check } = exchanges;
  const arrival = takeArrival();

  /** One request; throws for all but a success. Without an account none is shown, and a token that comes is taken. */
  async function call<T = U>(
    method: string,
    path: string,
    body?: object,
    isMember = true,
  ): Promise<{ data: T; response: Response }> {
    for (let isFirst = true; ; isFirst = false) {
      const exchange = isMember ? await exchanges.begin(404) : null;
      let response: Response | null = null;
      let verdict: string | undefined;
      try {
        response = await api.send(api.endpoint(path), {
          method,
          headers: {
            accept: 'application/json',
            ...(body && { 'content-type': 'application/json' }),
            ...exchange?.headers,
          },
          ...(body && { body: JSON.stringify(body) }),
          // No endpoint redirects; credentials and passwords go nowhere else.
          redirect: 'manual',
          ...(api.cookies && { credentials: 'include' }),
        });
      } catch (cause) {
        throw new UnreachableError({ cause });
      } finally {
        verdict = await exchange?.finish(response);
      }
      if (response.ok) return { data: ((await response.json()) as { data: T }).data, response };
      if (verdict !== 'retry' || !isFirst) throw await errorOf(response);
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
      const { data, response } = await call('POST', '', values, false);
      if (api.cookies) return (await check()) ?? data;
      return tokenOf(response.headers) ? await enter(response, data) : data;
    },
    async signIn(values) {
      const { data, response } = await call('POST', 'sign_in', values, false);
      return await enter(response, data);
    },
    async signOut() {
      if (!(await keeper.read()) && !api.cookies) return;
      const exchange = await exchanges.begin();
      if (!api.cookies) await leave('signed_out');
      let response: Response;
      try {
        response = await api.send(api.endpoint('sign_out'), {
          method: 'DELETE',
          headers: { accept: 'application/json', ...exchange.headers },
          redirect: 'manual',
          ...(api.cookies && { credentials: 'include' }),
        });
      } catch (cause) {
        throw new UnreachableError({ cause });
      } finally {
        await exchange.finish(null);
      }
      if (!response.ok && response.status !== 404) throw await errorOf(response);
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
      await call('POST', 'password', { email, redirect_url: redirectUrl }, false);
    },
    async resetPassword({ password, passwordConfirmation, resetPasswordToken }) {
      const { data, response } = await call(
        'PUT',
        'password',
        { password, password_confirmation: passwordConfirmation, reset_password_token: resetPasswordToken },
        resetPasswordToken === undefined,
      );
      if (resetPasswordToken !== undefined) return await enter(response, data);
      keeper.setUser(data);
      return data;
    },
    async resendConfirmation({ email, redirectUrl }) {
      await call('POST', 'confirmation', { email, redirect_url: redirectUrl }, false);
    },
    async requestUnlock({ email }) {
      await call('POST', 'unlock', { email }, false);
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
    close: keeper.close,
  };
}

function storageOf({ storage, cookies }: TokenAuthClientOptions, name: string): TokenStorage {
  // A name of its own for each API: no other one gets its tokens.
  if (cookies) return { ...memoryStorage(), channel: name };
  return storage ?? (typeof document === 'undefined' ? memoryStorage() : localTokenStorage(`token-auth:${name}`));
}
