import { randomUUID } from 'node:crypto';
import { en } from './en.js';

/** The code of a text: stable, for programs to tell answers apart by. */
export type MessageCode = keyof typeof en;

/** All texts of a language. */
export type Messages = Readonly<Record<MessageCode, string>>;

/**
 * The texts of a language that an application gives: those that are missing are English. `attribute_…` names a property of
 * its own in sentences such as "Nickname is too long".
 */
export type Language = Partial<Messages> & { readonly [attribute: `attribute_${string}`]: string };

/**
 * Begins a message that had to travel as a text, through class-validator. Nobody can guess it: texts of an application may
 * begin with what a client has sent.
 */
const MARK = `\u0001${randomUUID()}`;

/** A text that has not been put into a language yet. Wherever that is forgotten it is English. */
export class Message {
  constructor(
    readonly code: MessageCode,
    private readonly values: Readonly<Record<string, string | Message>> = {},
  ) {}

  /** The text in a language. */
  in(language: Language): string {
    const template = language[this.code] ?? en[this.code];
    return template.replace(/%\{(\w+)\}/g, (place, name: string) => {
      const value = this.values[name];
      if (value instanceof Message) return value.in(language);
      // The name of an attribute is a text of the language too, where that has one for it.
      return name === 'attribute' && value !== undefined ? nameOf(value, language) : (value ?? place);
    });
  }

  toString(): string {
    return this.in(en);
  }

  toJSON(): string {
    return this.toString();
  }

  /** As a text from which {@link Message.decode} makes the message again. */
  encode(): string {
    return MARK + JSON.stringify([this.code, this.values]);
  }

  static decode(text: string): Message | string {
    if (!text.startsWith(MARK)) return text;
    const [code, values] = JSON.parse(text.slice(MARK.length)) as [MessageCode, Record<string, string>];
    return new Message(code, values);
  }
}

/** `password_confirmation` → `Password confirmation` */
export function humanize(attribute: string): string {
  const words = attribute.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function nameOf(attribute: string, language: Language): string {
  const key = `attribute_${attribute}` as const;
  return (Object.hasOwn(language, key) ? language[key] : (en as Language)[key]) ?? humanize(attribute);
}

/** The body of an answer with its messages in a language: those in `message` and, at any depth, in `errors`. */
export function translate(body: Readonly<Record<string, unknown>>, texts: Language): Record<string, unknown> {
  const translated: Record<string, unknown> = { ...body };
  for (const key of ['message', 'errors']) if (key in body) translated[key] = inWords(body[key], texts);
  return translated;
}

function inWords(value: unknown, texts: Language): unknown {
  if (value instanceof Message) return value.in(texts);
  if (Array.isArray(value)) return value.map((each) => inWords(each, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inWords(each, texts)]));
}
