import type { TokenAuthClient } from 'nestjs-token-auth/client';
import { byId, say } from './dom.js';
import { explain, faultsIn } from './errors.js';
import { onSubmit } from './forms.js';

const PATH = '/demo/second_factor';

/** Switching codes of an authenticator on and off. */
export function connectSecondFactor(client: TokenAuthClient<unknown>): void {
  const show = (form: 'none' | 'second-factor-code' | 'second-factor-off') => {
    byId('enrol').hidden = form !== 'none';
    for (const id of ['second-factor-code', 'second-factor-off']) byId(id).hidden = id !== form;
    if (form === 'second-factor-code') return;
    byId('second-factor-key').textContent = '';
    byId<HTMLAnchorElement>('otpauth').href = '#second-factor';
  };
  // Whoever opens it anew begins anew.
  byId('second-factor').addEventListener('toggle', () => show('none'));

  byId('enrol').addEventListener('click', () => {
    void enrol().catch((error: unknown) => say('second-factor-message', explain(error), 'error'));
  });
  async function enrol(): Promise<void> {
    say('second-factor-message', '');
    const response = await client.fetch(PATH, { method: 'POST' });
    if (response.status === 409) return show('second-factor-off');
    if (!response.ok) throw new Error(await faultsIn(response));
    const { uri } = ((await response.json()) as { data: { uri: string } }).data;
    byId('second-factor-key').textContent = new URL(uri).searchParams.get('secret');
    byId<HTMLAnchorElement>('otpauth').href = uri;
    show('second-factor-code');
    byId('second-factor-otp').focus();
  }

  onSubmit(byId('second-factor-code'), async (values) => {
    await send('PUT', values);
    show('second-factor-off');
    say('second-factor-message', 'It is on: signing in asks for a code now.', 'good');
  });
  onSubmit(byId('second-factor-off'), async (values) => {
    await send('DELETE', values);
    show('none');
    say('second-factor-message', 'It is off.', 'good');
  });

  async function send(method: string, values: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await client.fetch(PATH, { method, headers, body: JSON.stringify(values) });
    if (!response.ok) throw new Error(await faultsIn(response));
  }
}
