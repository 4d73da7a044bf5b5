import type { RotationRules } from '../tokens/rotation.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { OptionsCheck } from './options-check.js';

/** How tokens live and change; durations in ms. */
export interface TokenConfig {
  readonly rules: RotationRules;
  readonly batchResponse: 'blank' | 'repeat' | 'omit';
  readonly onTokenReuse: 'revoke' | 'reject';
  /** The pepper for new digests first; `''` is none. */
  readonly tokenPeppers: readonly [string, ...string[]];
  readonly maxNumberOfDevices: (user: AnyUser) => number | Promise<number>;
}

export function tokenConfig(check: OptionsCheck): TokenConfig {
  const { clientLifespan, cookieEnabled } = check.options;
  const forgiving = cookieEnabled === true ? 'forgiving' : 'strict';
  const rules: RotationRules = {
    rotate: check.flag('changeHeadersOnEachRequest', true),
    tokenLifespan: check.duration('tokenLifespan', '2 weeks', 1000),
    clientLifespan: clientLifespan == null ? null : check.duration('clientLifespan', 0, 1000),
    buffer: check.duration('batchRequestBufferThrottle', '5s', 0),
    batchLimit: check.duration('batchRequestLimit', '60s', 0),
    forgiving: check.oneOf('lostResponse', ['strict', 'forgiving'], forgiving) === 'forgiving',
  };
  if (rules.batchLimit < rules.buffer) {
    check.fault('batchRequestLimit', 'must not be shorter than batchRequestBufferThrottle');
  }
  return {
    rules: Object.freeze(rules),
    batchResponse: check.oneOf('batchResponse', ['blank', 'repeat', 'omit'], 'blank'),
    onTokenReuse: check.oneOf('onTokenReuse', ['revoke', 'reject'], 'revoke'),
    tokenPeppers: peppers(check),
    maxNumberOfDevices: deviceLimit(check),
  };
}

function peppers(check: OptionsCheck): readonly [string, ...string[]] {
  const given: unknown = check.options.tokenPepper ?? '';
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const isList = Array.isArray(given);
  if (list.length === 0) check.fault('tokenPepper', 'must name at least one pepper');
  for (const pepper of list) {
    // The value itself stays out of the message: it is a secret.
    if (typeof pepper !== 'string') check.fault('tokenPepper', 'must be a text or a list of texts');
    else if (pepper.length < 32 && !(pepper === '' && (isList || check.options.tokenPepper === undefined))) {
      check.fault('tokenPepper', 'must have at least 32 characters');
    }
  }
  const [first = '', ...others] = list as string[];
  return Object.freeze([first, ...others]) as unknown as readonly [string, ...string[]];
}

function deviceLimit(check: OptionsCheck): TokenConfig['maxNumberOfDevices'] {
  const limit = check.options.maxNumberOfDevices ?? 10;
  if (typeof limit === 'function') return limit;
  if (!Number.isInteger(limit) || limit < 1) {
    check.fault('maxNumberOfDevices', 'must be a whole number of 1 or more, or a function of the user');
  }
  return () => limit;
}
