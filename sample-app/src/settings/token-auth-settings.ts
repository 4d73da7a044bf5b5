import type { CookieAttributes, Duration, TokenAuthModuleExtras, TokenAuthOptions } from 'nestjs-token-auth';
import type { User } from '../user.entity.js';
import type { Environment } from './environment.js';
import { flag, list, matching, oneOf, text, type Reader } from './readers.js';

type Options = TokenAuthOptions<User> & Pick<TokenAuthModuleExtras<User>, 'path'>;
/** What of an option's values a text can hold. */
type Textual<V> = Extract<V, string | number | boolean | null | readonly string[]>;
type TextualOptions = {
  [Name in keyof Options as [Textual<Options[Name]>] extends [never] ? never : Name]-?: Textual<Options[Name]>;
};

export type TokenAuthSettings = Partial<TextualOptions> & { cookieAttributes?: CookieAttributes };

/** Without a unit it is milliseconds. The module itself checks durations, numbers and URLs and says what it allows. */
const duration: Reader<Duration> = (value) => (/^\d+$/.test(value) ? Number(value) : (value as Duration));
const number: Reader<number> = (value) => (/^\d+$/.test(value) ? Number(value) : NaN);

/** One variable for each option of the module that a text can hold. The compiler reports one that is forgotten. */
const READERS: { readonly [Name in keyof TextualOptions]: Reader<TextualOptions[Name]> } = {
  path: (value) => matching(/^\/?[\w.-]+(\/[\w.-]+)*$/, 'a path such as auth or api/auth')(value).replace(/^\//, ''),
  changeHeadersOnEachRequest: flag,
  tokenLifespan: duration,
  clientLifespan: duration,
  batchRequestBufferThrottle: duration,
  batchRequestLimit: duration,
  batchResponse: oneOf('blank', 'repeat', 'omit'),
  lostResponse: oneOf('strict', 'forgiving'),
  onTokenReuse: oneOf('revoke', 'reject'),
  tokenPepper: text,
  maxNumberOfDevices: number,
  cookieEnabled: flag,
  cookieName: matching(/^[!#$%&'*+.^_`|~\w-]+$/, 'a name that a cookie can have'),
  queryEnabled: flag,
  trustedOrigins: list,
  passwordCost: number,
  passwordPepper: text,
  passwordMinLength: number,
  passwordQueueLimit: number,
  checkCurrentPasswordBeforeUpdate: (value) => {
    const when = oneOf('attributes', 'password', 'false')(value);
    return when === 'false' ? false : when;
  },
  requireClientPasswordResetToken: flag,
  resetPasswordWithin: duration,
  paranoid: flag,
  confirmable: flag,
  confirmWithin: duration,
  allowUnconfirmedAccessFor: (value) => (value === 'forever' ? null : duration(value)),
  lockable: flag,
  maximumAttempts: number,
  unlockStrategy: oneOf('both', 'email', 'time'),
  unlockIn: duration,
  throttleSignIn: flag,
  throttleAccountLimit: number,
  throttleAddressLimit: number,
  throttleWindow: duration,
  publicUrl: text,
  mailTransport: text,
  mailFrom: text,
  redirectAllowlist: list,
  defaultConfirmSuccessUrl: text,
  defaultPasswordResetUrl: text,
  unlockSuccessUrl: text,
  defaultLanguage: text,
  databaseTimeout: (value) => (value === 'never' ? null : duration(value)),
};
const OPTIONS = Object.keys(READERS) as (keyof TextualOptions)[];

const PREFIX = 'TOKEN_AUTH_';
const COOKIE_SECURE = `${PREFIX}COOKIE_SECURE`;

/** `batchResponse` → `TOKEN_AUTH_BATCH_RESPONSE` */
function variableOf(option: string): string {
  return PREFIX + option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export function readTokenAuthSettings(environment: Environment): TokenAuthSettings {
  const known = [...OPTIONS.map(variableOf), COOKIE_SECURE];
  for (const name of environment.names.filter((each) => each.startsWith(PREFIX) && !known.includes(each))) {
    environment.faults.push(`${name} is not known; known are ${known.join(', ')}`);
  }
  const settings: TokenAuthSettings = {};
  for (const option of OPTIONS) {
    const value = environment.read<unknown>(variableOf(option), READERS[option]);
    if (value !== undefined) Object.assign(settings, { [option]: value });
  }
  const secure = environment.read(COOKIE_SECURE, flag);
  if (secure !== undefined) settings.cookieAttributes = { secure };
  return settings;
}

/** What the module says about one of its options, which begins with its name, in the words of the variables. */
export function inVariables(fault: string): string {
  const names = /^\w+|[a-z]+[A-Z]\w*/g;
  return fault.replace(names, (word) => ((OPTIONS as string[]).includes(word) ? variableOf(word) : word));
}
