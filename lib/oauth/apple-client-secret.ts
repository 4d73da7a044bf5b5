import { createPrivateKey, sign } from 'node:crypto';

/** What Apple gives to prove an application with, instead of a secret. */
export interface AppleKey {
  /** Ten characters. */
  teamId: string;
  /** Ten characters. */
  keyId: string;
  /** The content of the `.p8` file. */
  privateKey: string;
}

/** In seconds; one is made for each use. */
const LIFESPAN = 300;

/**
 * The secret as Apple wants it: a JWT signed with ES256.
 *
 * @see https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export function appleClientSecret({ teamId, keyId, privateKey, clientId }: AppleKey & { clientId: string }): string {
  const now = Math.floor(Date.now() / 1000);
  const header = encode({ alg: 'ES256', kid: keyId });
  const payload = encode({
    iss: teamId,
    iat: now,
    exp: now + LIFESPAN,
    aud: 'https://appleid.apple.com',
    sub: clientId,
  });
  const signed = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** What is wrong with the parts of a key; never the key itself. */
export function faultsOfAppleKey({ teamId, keyId, privateKey }: AppleKey): string[] {
  const faults = Object.entries({ teamId, keyId })
    .filter(([, value]) => typeof value !== 'string' || value === '')
    .map(([name]) => `needs ${name}`);
  return isUsable(privateKey) ? faults : [...faults, 'needs a privateKey for ES256: the content of the .p8 file'];
}

function isUsable(privateKey: string): boolean {
  try {
    return createPrivateKey(privateKey).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
