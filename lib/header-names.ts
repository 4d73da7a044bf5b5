/** The names of the headers that carry credentials, by the protocol's own names. */
export interface HeaderNames {
  'access-token': string;
  'token-type': string;
  client: string;
  expiry: string;
  uid: string;
  authorization: string;
}

/** The names that clients of the protocol use. */
export const PROTOCOL_HEADER_NAMES: Readonly<HeaderNames> = Object.freeze({
  'access-token': 'access-token',
  'token-type': 'token-type',
  client: 'client',
  expiry: 'expiry',
  uid: 'uid',
  authorization: 'Authorization',
});
