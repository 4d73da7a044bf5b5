import { byId, element, say } from './dom.js';
import { explain } from './errors.js';
import { onSubmit } from './forms.js';

interface Mail {
  readonly subject: string;
  readonly body: string;
}

const LINK = /https?:\/\/\S+/;

/** The mails that the application has sent to an address. */
export class Inbox {
  private readonly address = byId<HTMLInputElement>('inbox-address');

  constructor() {
    byId('inbox').hidden = false;
    onSubmit(byId('inbox-form'), () => this.show());
    byId('refresh-inbox').addEventListener('click', () => void this.refresh());
    this.list([]);
  }

  /** Shows the mails to this address. */
  async open(address: string): Promise<void> {
    this.address.value = address;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    if (this.address.value === '') return;
    try {
      await this.show();
      say('inbox-message', '');
    } catch (error) {
      say('inbox-message', explain(error), 'error');
    }
  }

  private async show(): Promise<void> {
    const response = await fetch(`/demo/mails?${new URLSearchParams({ to: this.address.value }).toString()}`);
    if (!response.ok) throw new Error('The mails cannot be read.');
    this.list(((await response.json()) as Mail[]).reverse());
  }

  private list(mails: readonly Mail[]): void {
    const isChosen = this.address.value !== '';
    const empty = element('li', {
      className: 'empty',
      textContent: isChosen ? 'No mails yet. Reset a password, for example.' : 'Whose mails? Enter an address.',
    });
    byId('mail-list').replaceChildren(...(mails.length === 0 ? [empty] : mails.map(row)));
  }
}

/** Its link is a secret that works once: it stays out of the page, and is opened by a button. */
function row({ subject, body }: Mail): HTMLElement {
  const [link] = LINK.exec(body) ?? [];
  const text = element(
    'div',
    {},
    element('b', { textContent: subject }),
    element('p', { className: 'hint', textContent: firstLine(body) }),
  );
  if (link === undefined) return element('li', {}, text);
  const open = element('button', { type: 'button', textContent: 'Open link', title: 'Opens in a new tab' });
  open.setAttribute('aria-label', `Open the link of “${subject}” in a new tab`);
  open.addEventListener('click', () => window.open(link, '_blank', 'noopener'));
  return element('li', {}, text, open);
}

/** What a mail says, without its greeting and its link. */
function firstLine(body: string): string {
  return body.split('\n').find((line) => line.length > 20 && !LINK.test(line)) ?? '';
}
