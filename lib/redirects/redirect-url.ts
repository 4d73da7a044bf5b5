/** The names and values that a redirect carries. */
export type RedirectParameters = Readonly<Record<string, string>>;

/**
 * An absolute URL with parameters as clients of the protocol read them: sorted by name and form-encoded, behind those that it has; and
 * the whole query once more behind a fragment, for pages that keep their route there.
 *
 * Parameters of the same names that it has already are dropped: whoever asked for the mail wrote them, and somebody else
 * follows the link.
 */
export function redirectUrl(base: string, parameters: RedirectParameters): string {
  const [beforeFragment, fragment] = splitAt(new URL(base).href, '#');
  const [address, query = ''] = splitAt(beforeFragment, '?');
  const own = new URLSearchParams(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1))).toString();
  const whole = [without(query, parameters), own].filter(Boolean).join('&');
  const target = whole === '' ? address : `${address}?${whole}`;
  if (fragment === undefined) return target;
  const [route, routeQuery = ''] = splitAt(fragment, '?');
  const behind = [without(routeQuery, parameters), whole].filter(Boolean).join('&');
  return behind === '' ? `${target}#${route}` : `${target}#${route}?${behind}`;
}

/** A query without the parameters of these names, otherwise as it was written. */
function without(query: string, parameters: RedirectParameters): string {
  return query
    .split('&')
    .filter((pair) => ![...new URLSearchParams(pair).keys()].some((name) => Object.hasOwn(parameters, name)))
    .join('&');
}

function splitAt(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
