import { createTokenAuthClient } from 'nestjs-token-auth/client';
import { Account, type Person } from './account.js';
import { arrival } from './arrival.js';
import { Clients } from './clients.js';
import { byId } from './dom.js';
import { explain } from './errors.js';
import { Inbox } from './inbox.js';
import { Laboratory } from './lab/laboratory.js';
import { Recorder } from './lab/recorder.js';
import { OptionSwitches } from './options.js';
import { connectSecondFactor } from './second-factor.js';
import { readSetup } from './setup.js';

try {
  await start();
} catch (error) {
  notify(explain(error));
}

async function start(): Promise<void> {
  const setup = await readSetup();
  if (arrival !== null && arrival.notice !== '') notify(arrival.notice);
  byId('docs-link').hidden = !setup.docs;

  const recorder = new Recorder(() => laboratory.show());
  recorder.buffer = setup.options.batchRequestBufferThrottle;
  const client = createTokenAuthClient<Person>({
    baseUrl: '/',
    authPath: setup.auth_path,
    fetch: recorder.fetch,
    cookies: setup.cookies,
  });
  const inbox = setup.inbox ? new Inbox() : null;
  const account = new Account(client, setup, (address) => void inbox?.open(address));
  const clients = new Clients(client);
  connectSecondFactor(client);
  const options = new OptionSwitches(setup, ({ batchRequestBufferThrottle }) => {
    recorder.buffer = batchRequestBufferThrottle;
  });
  const laboratory = new Laboratory(client, recorder, setup.cookies, (isRunning) => {
    options.isLocked = isRunning;
  });

  client.onChange(({ kind, user }) => {
    account.show();
    laboratory.update();
    if (kind === 'signed_out') clients.hide();
    if (kind !== 'signed_in') return;
    void clients.refresh();
    if (user !== null) void inbox?.open(user.email);
  });

  await client.ready;
  if (client.isSignedIn || setup.cookies) {
    recorder.supposeOpenBatch();
    await client.validate().catch((error: unknown) => notify(explain(error)));
  }
  account.show();
  laboratory.update();
  await clients.refresh();
  if (client.user !== null) await inbox?.open(client.user.email);
}

function notify(text: string): void {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = false;
}
