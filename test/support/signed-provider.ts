import { createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { ProviderFetch } from 'nestjs-token-auth';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CODE = 'the-code';

/** What stands in for a provider that cannot be run here: its discovery document, its keys and its token endpoint. */
export interface SignedProviderOptions {
  /** What the discovery document calls it. */
  readonly issuer: string;
  /** Where its endpoints are. */
  readonly origin: string;
  /** Who comes back from it; the nonce is added. */
  claims(): Record<string, unknown>;
  /** Whether it takes what the application proves itself with. */
  isClient(secret: string): boolean;
}

/** Answers calls to a provider inside this process, under the provider's own URLs. */
export class SignedProvider {
  /** Of the sign-in that is under way. */
  nonce = '';
  /** Whether ID tokens are signed by somebody else. */
  isForged = false;

  constructor(private readonly options: SignedProviderOptions) {}

  readonly fetch: ProviderFetch = async (url, { body }) => {
    const { origin, issuer } = this.options;
    if (!url.startsWith(origin)) throw new TypeError(`fetch failed: ${url}`);
    if (url.endsWith('/.well-known/openid-configuration')) {
      return Response.json({
        issuer,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/keys`,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (url.endsWith('/keys'))
      return Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig' }] });
    return this.tokens(new URLSearchParams(body as URLSearchParams));
  };

  /** Where the browser goes from the provider's page, and what it takes there. */
  answerTo(location: string): URLSearchParams {
    const { searchParams } = new URL(location);
    this.nonce = searchParams.get('nonce') ?? '';
    return new URLSearchParams({ code: CODE, state: searchParams.get('state') ?? '' });
  }

  private tokens(form: URLSearchParams): Response {
    if (!this.options.isClient(form.get('client_secret') ?? '')) {
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    }
    if (form.get('code') !== CODE) return Response.json({ error: 'invalid_grant' }, { status: 400 });
    const now = Math.floor(Date.now() / 1000);
    const { nonce } = this;
    const claims = { aud: form.get('client_id'), iat: now, exp: now + 300, nonce, ...this.options.claims() };
    const key = this.isForged ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : privateKey;
    return Response.json({ access_token: 'opaque', token_type: 'bearer', id_token: jwt(claims, key) });
  }
}

function jwt(claims: object, key: KeyObject): string {
  const signed = [{ alg: 'RS256', kid: '1' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/** The parts of a JWT that was signed with ES256 by this key; null for any other. */
export function readEs256(token: string, publicPem: string): { header: any; payload: any } | null {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const key = { key: createPublicKey(publicPem), dsaEncoding: 'ieee-p1363' as const };
  const isValid = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return isValid ? { header: read(header), payload: read(payload) } : null;
}
