/** The names and values that a redirect carries. */
export type RedirectParameters = Readonly<Record<string, string>>;

/**
 * Names that only the server gives a meaning in a redirect. Without a `uid` no client takes a token from a URL; and some
 * prefer `auth_token` or `access-token` to the `token` of the protocol.
 */
const RESERVED = new Set(['uid', 'auth_token', 'access-token']);

/**
 * An absolute URL with parameters as clients of the protocol read them: sorted by name and form-encoded, behind those
 * that it has; and the whole query once more behind a fragment, for pages that keep their route there.
 *
 * Parameters of the same names that it has already are dropped, and so are credentials: whoever asked for the mail wrote
 * them, and somebody else follows the link.
 */
export function redirectUrl(base: string, parameters: RedirectParameters): string {
  const [beforeFragment, fragment] = splitAt(new URL(base).href, '#');
  const [address, query = ''] = splitAt(beforeFragment, '?');
  const own = new URLSearchParams(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1))).toString();
  const whole = joined(without(query, parameters), own);
  const target = whole === '' ? address : `${address}?${whole}`;
  if (fragment === undefined) return target;
  const [route, routeQuery = ''] = splitAt(fragment, '?');
  // Clients split the fragment at every question mark and take the second part.
  const behind = joined(without(routeQuery, parameters), whole).replaceAll('?', '%3F');
  return behind === '' ? `${target}#${route}` : `${target}#${route}?${behind}`;
}

/** A query without the parameters of these names, otherwise as it was written. */
function without(query: string, parameters: RedirectParameters): string {
  return query
    .split('&')
    .filter((pair) => {
      const [name = ''] = new URLSearchParams(pair).keys();
      // Some clients read `name[]` and `name[key]` as more values of that name.
      const [plain = ''] = name.split('[', 1);
      return !RESERVED.has(plain) && !Object.hasOwn(parameters, plain);
    })
    .join('&');
}

function joined(...queries: string[]): string {
  return queries.filter(Boolean).join('&');
}

function splitAt(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
