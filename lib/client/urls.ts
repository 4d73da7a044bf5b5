/** Where a request goes: platforms take relative URLs from the page's base. Null where that is nowhere. */
export function absolute(url: string): string | null {
  const { document, location } = globalThis as { document?: Document; location?: Location };
  const page = document?.baseURI ?? location?.href;
  return URL.canParse(url, page) ? new URL(url, page).href : null;
}

/** Whether an answer comes from elsewhere, because a redirect has led there: it tells nothing of the token. */
export function isElsewhere(asked: string, answered: string | null | undefined): boolean {
  const end = absolute(answered || asked);
  return end === null || new URL(end).origin !== new URL(asked).origin;
}
