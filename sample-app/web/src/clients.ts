import type { SignedInClient, TokenAuthClient } from 'nestjs-token-auth/client';
import { byId, element, say } from './dom.js';
import { explain } from './errors.js';

/** The list of signed-in clients, each with a way to end it. */
export class Clients {
  constructor(private readonly client: TokenAuthClient<unknown>) {
    byId('refresh-clients').addEventListener('click', () => void this.doing(() => this.show()));
    byId('revoke-others').addEventListener('click', () => void this.doing(() => this.revokeOthers()));
  }

  /** Asks anew who is signed in. */
  async refresh(): Promise<void> {
    byId('clients').hidden = !this.client.isSignedIn;
    if (this.client.isSignedIn) await this.doing(() => this.show());
  }

  hide(): void {
    byId('clients').hidden = true;
    byId('client-list').replaceChildren();
    say('clients-message', '');
  }

  private async show(): Promise<void> {
    const clients = await this.client.clients();
    byId('client-list').replaceChildren(...clients.map((each) => this.row(each)));
    byId('revoke-others').hidden = clients.length < 2;
  }

  private row({ id, user_agent, ip, last_used_at, current }: SignedInClient): HTMLElement {
    const name = deviceOf(user_agent);
    const used = new Date(last_used_at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const about = element('p', { className: 'hint', textContent: `${ip ?? 'unknown address'}, used at ${used}` });
    const text = element('div', {}, element('b', { textContent: name }), about);
    if (current) return element('li', {}, text, element('span', { className: 'badge', textContent: 'This one' }));
    const end = element('button', { type: 'button', textContent: 'Sign out' });
    end.setAttribute('aria-label', `Sign out ${name}, used at ${used}`);
    end.addEventListener('click', () => void this.doing(() => this.revoke(id)));
    return element('li', {}, text, end);
  }

  private async revoke(id: string): Promise<void> {
    await this.client.revoke(id);
    await this.show();
    say('clients-message', 'That client is signed out.', 'good');
    byId('clients-title').focus();
  }

  private async revokeOthers(): Promise<void> {
    const count = await this.client.revokeOthers();
    await this.show();
    say('clients-message', count === 1 ? 'One client is signed out.' : `${count} clients are signed out.`, 'good');
    byId('clients-title').focus();
  }

  private async doing(work: () => Promise<void>): Promise<void> {
    say('clients-message', '');
    try {
      await work();
    } catch (error) {
      if (this.client.isSignedIn) say('clients-message', explain(error), 'error');
    }
  }
}

/** A browser and a system, as far as they say. */
function deviceOf(userAgent: string | null): string {
  const find = (names: readonly (readonly [RegExp, string])[]) =>
    names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const browser = find([
    [/Edg\//, 'Edge'],
    [/Firefox\//, 'Firefox'],
    [/Chrom(e|ium)\//, 'Chrome'],
    [/Safari\//, 'Safari'],
    [/^curl\//, 'curl'],
  ]);
  const system = find([
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS/, 'macOS'],
    [/Linux/, 'Linux'],
  ]);
  return [browser ?? 'Unknown client', system].filter(Boolean).join(' on ');
}
