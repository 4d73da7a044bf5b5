/** The headers by which browsers say that a page of another origin makes a request that can change something. */
export const FOREIGN_PAGES: [string, Record<string, string>][] = [
  [
    'a form',
    {
      origin: 'https://evil.com',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'content-type': 'application/x-www-form-urlencoded',
    },
  ],
  [
    'a form in a sandbox',
    { origin: 'null', 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
  ],
  [
    'a script that may not read the answer',
    {
      origin: 'https://evil.com',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      'content-type': 'text/plain',
    },
  ],
  ['a page of the same site', { origin: 'https://blog.example.com', 'sec-fetch-site': 'same-site' }],
  ['a page in an old browser', { origin: 'https://evil.com' }],
  ['a page in an old browser that does not say which', { origin: 'null' }],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }],
];

/** The origin that the tests trust. */
export const TRUSTED_ORIGIN = 'https://app.example.com';

/** What a refusal says. */
export const REFUSAL =
  'A page of another origin made this request. If its pages may do so, list that origin in the option trustedOrigins.';

/** The same of requests that may pass; `url` is the application's own. */
export function acceptablePages(url: string): [string, Record<string, string>][] {
  return [
    ['a page of the same origin', { origin: url, 'sec-fetch-site': 'same-origin' }],
    ['a page of the same origin in an old browser', { origin: url }],
    ['a person', { 'sec-fetch-site': 'none' }],
    ['a page of a trusted origin', { origin: TRUSTED_ORIGIN, 'sec-fetch-site': 'cross-site' }],
    ['a page of a trusted origin in an old browser', { origin: TRUSTED_ORIGIN }],
    ['no browser', {}],
  ];
}
