import type { HeaderNames } from '../header-names.js';
import type { TokenAuthConfig } from '../token-auth.config.js';
import { refTo, TEXT, type Header, type SecurityRequirement, type SecurityScheme } from './document.js';

/** What a security scheme carries: by this the script of the documentation page finds its way. */
export const CARRIES = 'x-token-auth';

/** How credentials travel to the users of one entity and back, under the names that the options give. */
export interface SecurityParts {
  readonly schemes: Record<string, SecurityScheme>;
  /** Any of these will do. */
  readonly requirements: SecurityRequirement[];
  /** As `components` have them. */
  readonly headers: Record<string, Header>;
  /** As a response has them. */
  readonly headersOfResponse: Record<string, Header>;
}

/**
 * @param realm - whose credentials they are: a name of its own for each kind of users.
 * @param path - where its endpoints are, or null where there are none.
 */
export function securityOf(realm: string, config: TokenAuthConfig, path: string | null): SecurityParts {
  const headers = config.cookie === null ? tokenHeaders(config) : cookieHeader(config.cookie.name);
  const named = Object.entries(headers).map(([header, value]) => ({ header, value, key: `${realm}.${header}` }));
  return {
    ...(config.cookie === null ? byHeaders(realm, config.headersNames, path) : byCookie(realm, config.cookie.name)),
    headers: Object.fromEntries(named.map(({ key, value }) => [key, value])),
    headersOfResponse: Object.fromEntries(named.map(({ header, key }) => [header, refTo('headers', key)])),
  };
}

type Requests = Pick<SecurityParts, 'schemes' | 'requirements'>;

function byHeaders(realm: string, names: HeaderNames, path: string | null): Requests {
  const scheme = (carries: keyof HeaderNames, rest: object): SecurityScheme => {
    const mark = { realm, carries, ...(path === null ? {} : { path }) };
    return { ...rest, [CARRIES]: mark } as unknown as SecurityScheme;
  };
  const inHeader = (carries: keyof HeaderNames, description: string) =>
    scheme(carries, { type: 'apiKey', in: 'header', name: names[carries], description });
  const bearer = 'The same values, in base64 of the JSON object that answers carry in their `Authorization`';
  const isRenamed = names.authorization.toLowerCase() !== 'authorization';
  const [token, client, uid] = [`${realm}.access-token`, `${realm}.client`, `${realm}.uid`];
  return {
    schemes: {
      [token]: inHeader('access-token', 'The newest token that an answer brought.'),
      [client]: inHeader('client', 'The client that it belongs to; stays the same.'),
      [uid]: inHeader('uid', 'Whose it is.'),
      [`${realm}.bearer`]: isRenamed
        ? inHeader('authorization', `${bearer}, after \`Bearer \`.`)
        : scheme('authorization', { type: 'http', scheme: 'bearer', description: `${bearer}.` }),
    },
    // The three belong together.
    requirements: [{ [token]: [], [client]: [], [uid]: [] }, { [`${realm}.bearer`]: [] }],
  };
}

function byCookie(realm: string, name: string): Requests {
  const description = 'Set by signing in; browsers send it by themselves.';
  return {
    schemes: { [`${realm}.cookie`]: { type: 'apiKey', in: 'cookie', name, description } },
    requirements: [{ [`${realm}.cookie`]: [] }],
  };
}

/** What an answer of a batch tells in place of a new token. */
const IN_A_BATCH: Record<TokenAuthConfig['batchResponse'], string> = {
  blank: 'Empty in answers to requests that share a token: go on with the one that you have.',
  repeat:
    'Answers to requests that share a token repeat the newest one; where it is empty, go on with the one that you have.',
  omit: 'Missing, as are the other headers, in answers to requests that share a token: go on with the one that you have.',
};

function tokenHeaders({ headersNames: names, batchResponse, rules }: TokenAuthConfig): Record<string, Header> {
  const header = (description: string): Header => ({ description, schema: TEXT });
  const token = rules.rotate
    ? `The token for the next request: it replaces the one that was sent. ${IN_A_BATCH[batchResponse]}`
    : 'The token for the next request, which stays the same.';
  return {
    [names['access-token']]: header(token),
    [names['token-type']]: header('Always `Bearer`.'),
    [names.client]: header('The client that the token belongs to.'),
    [names.expiry]: header(
      'When the token expires, in seconds since 1970. Of two answers the one with the higher value is newer. Empty where there is no token.',
    ),
    [names.uid]: header('Whose token it is; percent-encoded UTF-8 where a header could not hold it otherwise.'),
    [names.authorization]: header(
      '`Bearer ` and the base64 of a JSON object of the other five, which may be sent instead of them. Missing where there is no token.',
    ),
  };
}

function cookieHeader(name: string): Record<string, Header> {
  const description = `The cookie ${name}, with the token for the next request; missing where the one that was sent stays.`;
  return { 'Set-Cookie': { description, schema: TEXT } };
}
