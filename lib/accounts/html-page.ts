import { escapeHtml } from '../mails/escape-html.js';
import { directionOf } from '../messages/direction.js';

/** A page of ours: what the browser shows where an application has none. */
export interface HtmlPage {
  /** Its tag. */
  readonly language: string;
  /** As a text. */
  readonly title: string;
  /** As HTML. */
  readonly body: string;
}

export function htmlPage({ language, title, body }: HtmlPage): string {
  const head = `<meta charset="utf-8"><title>${escapeHtml(title)}</title>`;
  return `<!doctype html><html lang="${escapeHtml(language)}" dir="${directionOf(language)}">${head}${body}</html>`;
}
