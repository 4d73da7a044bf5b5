import { escapeHtml } from '../../mails/escape-html.js';
import { htmlPage } from '../html-page.js';

/** What a page of ours is made of. */
export interface WindowPage {
  readonly language: string;
  /** What it says to people who see it. */
  readonly text: string;
  /** What it hands over; null where nobody is to get anything. */
  readonly delivery: { readonly data: object; readonly origin: string } | null;
  /** Of the Content-Security-Policy: what else gets into the page does not run. */
  readonly nonce: string;
}

/**
 * The page in which a sign-in in a window of its own ends, as clients of the protocol expect it. It hands the result
 * over to a window that asks by the message `requestCredentials` and is of the origin that the sign-in was started for,
 * and to nobody else; then it closes. Browsers in apps call the global function instead, which pages of other origins
 * cannot.
 */
export function windowPage({ language, text, delivery, nonce }: WindowPage): string {
  const script = delivery === null ? '' : `<script nonce="${nonce}">${deliveryScript(delivery, text)}</script>`;
  const shown = delivery === null ? escapeHtml(text) : '';
  return htmlPage({ language, title: text, body: `<p id="text">${shown}</p>${script}` });
}

function deliveryScript({ data, origin }: { data: object; origin: string }, text: string): string {
  return `(function () {
  var data = ${literal(data)}, origin = ${literal(origin)};
  window.requestCredentials = function () { return data; };
  window.addEventListener('message', function (event) {
    if (event.data !== 'requestCredentials' || event.origin !== origin || !event.source) return;
    event.source.postMessage(data, origin);
    window.close();
  });
  setTimeout(function () { document.getElementById('text').textContent = ${literal(text)}; }, 1000);
})();`;
}

/** JSON that ends neither the script nor, in old browsers, the line. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The origin of a URL as browsers name it in messages; those of apps have schemes of their own. */
export function messageOrigin(url: string): string {
  const { origin, protocol, host } = new URL(url);
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
