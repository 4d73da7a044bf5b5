import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { sendJson } from '../support/client.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

onEveryDatabase('mails that a stranger asks for again and again', (platform) => {
  let app: TestApp;
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: mailbox.options });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const ask = async (email: string) =>
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });

  it('end after twenty within an hour, alike for all to see, and leave the owner a link that works', async () => {
    const { email } = await newAccount(app);
    const other = await newAccount(app, freshEmail());
    const first = await ask(email);
    for (let turn = 0; turn < 40; turn++) expect((await ask(email)).body).toEqual(first.body);
    expect(await mailbox.mailsTo(app, email)).toHaveLength(20);
    expect((await follow(app, await mailbox.linkTo(app, email))).status).toBe(302);

    await ask(other.email);
    expect(await mailbox.mailsTo(app, other.email)).toHaveLength(1);

    app.clock.advance('1h');
    await ask(email);
    expect(await mailbox.mailsTo(app, email)).toHaveLength(21);
  });
});
