import { Veto } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { PASSWORD, signUp } from '../support/accounts.js';
import { onEveryDatabase, User } from '../support/app.js';
import { FROM_ELSEWHERE, sendJson, told } from '../support/client.js';
import { ADA, GRACE, Stage } from '../support/event-stage.js';
import { AskedHooks, Notebook, NotebookModule, OpenController } from '../support/hook-notebook.js';
import { resetToken, setPassword, twice } from '../support/links.js';
import { follow, PAGE } from '../support/mailbox.js';

const veto = () => {
  throw new Veto('A code, please.');
};

onEveryDatabase('vetoes of sign-ins', (platform) => {
  let stage: Stage;
  let notebook: Notebook;
  afterEach(() => stage.close());

  async function start(auth: object): Promise<void> {
    stage = await Stage.start(
      platform,
      { hooks: AskedHooks, ...auth },
      { imports: [NotebookModule], controllers: [OpenController] },
    );
    notebook = stage.app.nest.get(Notebook);
  }

  const open = async () => await sendJson(`${stage.app.url}/open`, 'POST', { email: ADA });
  const resetBy = async (reset_password_token: string | null) =>
    await setPassword(stage.app, { reset_password_token, ...twice('another horse') });

  it('count as failed attempts where they are throttled', async () => {
    await start({ throttleAddressLimit: 2, throttleWindow: '10m' });
    notebook.answer = veto;
    for (const status of [422, 422, 429]) expect((await stage.signIn()).status).toBe(status);
    notebook.answer = () => undefined;
    stage.app.clock.advance('10m');
    expect(told(await stage.signIn())).toBe('token');
  });

  it('lock the account', async () => {
    await start({ lockable: true, maximumAttempts: 2 });
    notebook.answer = veto;
    for (const status of [422, 422, 401]) expect((await stage.signIn()).status).toBe(status);
    expect((await stage.mailbox.mailTo(stage.app, ADA)).subject).toBe('Unlock instructions');
  });

  it('count the same after a reset token, which serves all the same afterwards', async () => {
    await start({ throttleAddressLimit: 2, throttleWindow: '10m' });
    const token = await resetToken(stage.app, stage.mailbox, ADA);
    notebook.answer = (hook) => hook === 'beforeSignIn' && veto();
    for (const status of [422, 422]) expect((await resetBy(token)).status).toBe(status);
    const events = await stage.recorder.during(async () => {
      const refused = await resetBy(token);
      expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([
        429,
        'too_many_attempts',
        '600',
      ]);
      expect((await stage.signIn()).status).toBe(429);
    });
    expect(events.map(([, { reason, user }]) => [reason, user])).toEqual([
      ['throttled', ADA],
      ['throttled', null],
    ]);
    notebook.answer = () => undefined;
    stage.app.clock.advance('10m');
    expect(told(await resetBy(token))).toBe('token');
  });

  it('count the same after a reset link, and after a way of the application', async () => {
    await start({ throttleAddressLimit: 2, requireClientPasswordResetToken: false });
    await resetToken(stage.app, stage.mailbox, ADA);
    const link = await stage.mailbox.linkTo(stage.app, ADA);
    notebook.answer = veto;
    for (const status of [422, 422, 429]) expect((await follow(stage.app, link)).status).toBe(status);
    expect((await open()).status).toBe(429);
  });

  it('alone count: neither what a hook lets pass, nor one that breaks', async () => {
    await start({ throttleAddressLimit: 1, lockable: true, maximumAttempts: 1 });
    for (let turn = 0; turn < 3; turn++) expect(told(await open())).toBe('token');
    expect(told(await resetBy(await resetToken(stage.app, stage.mailbox, ADA)))).toBe('token');
    notebook.answer = () => {
      throw new Error('Broken');
    };
    const signIn = () => stage.signIn('another horse');
    for (let turn = 0; turn < 3; turn++) expect([(await signIn()).status, (await open()).status]).toEqual([500, 500]);
    notebook.answer = () => undefined;
    expect(told(await signIn())).toBe('token');
  });

  it('are asked for after the proof alone, and never at a sign-up', async () => {
    await start({ confirmable: true, lockable: true, maximumAttempts: 2 });
    await stage.signIn('wrong');
    await stage.signIn(PASSWORD, 'nobody@example.com');
    await stage.signIn();
    await stage.confirm();
    await resetBy('A'.repeat(43));
    await stage.lock();
    await stage.signIn();
    await signUp(stage.app, { email: GRACE, password: PASSWORD, confirm_success_url: PAGE }, FROM_ELSEWHERE.headers);
    expect(notebook.asked.map(([hook]) => hook)).toEqual(['beforeSignUp', 'beforeSignUp']);
    const users = stage.app.dataSource.getRepository(User);
    expect(await users.countBy({})).toBe(2);
  });
});
