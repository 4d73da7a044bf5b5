import Negotiator from 'negotiator';

/** How much of a request is looked at: the header in characters, and its languages, best first. */
const LONGEST_HEADER = 1024;
const MOST_LANGUAGES = 20;

/** Chooses among the languages of an application. */
export class LanguageChoice {
  private readonly byName: ReadonlyMap<string, string>;
  /** Worked out once: it takes longer than all else that a request is looked at for. */
  private readonly locales: readonly { readonly tag: string; readonly locale: Intl.Locale }[];

  /** @param tags - the default first. */
  constructor(private readonly tags: readonly string[]) {
    this.byName = new Map(tags.map((tag) => [tag.toLowerCase(), tag]));
    this.locales = tags.map((tag) => ({ tag, locale: new Intl.Locale(tag).maximize() }));
  }

  /**
   * The one that an `Accept-Language` header prefers, or null. What it asks for is shortened until there is such a language
   * (RFC 4647, section 3.4), `de-AT` to `de`; else the one that the same people read will do: `zh-TW` for `zh-Hant-TW`, as
   * phones name it, and `da-DK` for `da`.
   */
  preferredBy(header: string): string | null {
    if (header.length > LONGEST_HEADER) return null;
    const wanted = new Negotiator({ headers: { 'accept-language': header } }).languages();
    for (const range of wanted.slice(0, MOST_LANGUAGES)) {
      const tag = range === '*' ? this.tags[0] : this.tagFor(localeOf(range));
      if (tag !== undefined) return tag;
    }
    return null;
  }

  private tagFor(locale: Intl.Locale | null): string | undefined {
    if (locale === null) return undefined;
    return this.lookUp(locale.baseName.toLowerCase()) ?? this.alike(locale.maximize());
  }

  private lookUp(range: string): string | undefined {
    const end = range.lastIndexOf('-');
    return this.byName.get(range) ?? (end < 0 ? undefined : this.lookUp(range.slice(0, end)));
  }

  private alike({ language, script, region }: Intl.Locale): string | undefined {
    const readable = this.locales.filter(({ locale }) => locale.language === language && locale.script === script);
    return (readable.find(({ locale }) => locale.region === region) ?? readable[0])?.tag;
  }
}

/** Null for what is no language tag. Programs also write them with an underscore. */
function localeOf(range: string): Intl.Locale | null {
  try {
    return new Intl.Locale(range.replaceAll('_', '-'));
  } catch {
    return null;
  }
}
