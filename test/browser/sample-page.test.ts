import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD } from '../support/accounts.js';
import { ADAPTERS } from '../support/app.js';
import { CHROMIUM } from '../support/chromium.js';
import { FROM_ELSEWHERE, send, sendJson } from '../support/client.js';
import { SamplePages, type SamplePage } from '../support/sample-page.js';

const NEW_PASSWORD = 'another battery';
const POLLING = { timeout: 20_000 };

const expectText = async ({ page }: SamplePage, text: string) => await page.getByText(text).first().waitFor();
const textOf = async ({ page }: SamplePage, id: string) => await page.locator(`#${id}`).textContent();

async function signOut(page: SamplePage): Promise<void> {
  await page.page.click('#sign-out');
  await page.page.locator('#sign-in').waitFor();
}

async function signIn(page: SamplePage, email: string, password = PASSWORD): Promise<void> {
  await page.submit('sign-in', { email, password });
}

describe.skipIf(CHROMIUM === undefined).each(ADAPTERS)('the sample page on %s', (HTTP_ADAPTER) => {
  describe('as it is', () => {
    const pages = new SamplePages({ HTTP_ADAPTER, DEMO_OIDC: '1' });

    it('signs up, changes a name, signs out and in, and stays signed in over a reload', async () => {
      const page = await pages.open();
      await page.page.click('#tab-sign-up');
      await page.submit('sign-up', { email: 'nonsense', password: 'short' });
      expect(await textOf(page, 'sign-up-email-error')).toMatch(/@/);
      const email = freshEmail();
      await page.submit('sign-up', { email, password: 'short' });
      await expectText(page, 'Is too short (minimum is 8 characters).');
      expect(await page.page.getAttribute('#sign-up-password', 'aria-invalid')).toBe('true');
      await page.submit('sign-up', { password: PASSWORD });
      await page.page.locator('#signed-in').waitFor();
      await page.submit('profile', { name: 'Ada' });
      await expectText(page, 'Saved.');
      expect([await textOf(page, 'who'), await textOf(page, 'email')]).toEqual(['Ada', email]);

      await page.page.reload();
      await page.page.locator('#signed-in').waitFor();
      await signOut(page);
      await signIn(page, email, 'wrong');
      await expectText(page, 'Invalid login credentials. Please try again.');
      await signIn(page, email);
      await page.page.locator('#signed-in').waitFor();
      expect(await textOf(page, 'who')).toBe('Ada');
    });

    it('sets a new password by the link of a mail, and takes its secret out of the address', async () => {
      const page = await pages.open();
      const email = await page.signUp();
      await signOut(page);
      await page.page.click('#tab-help');
      await page.submit('help', { email }, '[value=reset]');
      const link = await page.openMail('Reset password instructions');
      await link.locator('#new-password').waitFor();
      expect(link.url()).toBe(`${pages.url}/`);
      await link.fill('#new-password-password', NEW_PASSWORD);
      await link.click('#new-password button');
      await link.locator('#signed-in').waitFor();
      await page.page.bringToFront();
      await page.page.locator('#signed-in').waitFor();
      await signOut(page);
      await link.locator('#sign-in').waitFor();
      await signIn(page, email, NEW_PASSWORD);
      await page.page.locator('#signed-in').waitFor();
    });

    it('signs in by the provider', async () => {
      const page = await pages.open();
      await page.page.click('#provider');
      await page.page.locator('#signed-in').waitFor();
      expect(await textOf(page, 'email')).toBe('demo@example.com');
    });

    it('asks for a second factor where the server does', async () => {
      const page = await pages.open();
      const email = await page.signUp();
      await page.page.click('#second-factor summary');
      await page.page.click('#enrol');
      await page.page.locator('#second-factor-code').waitFor();
      const secret = Secret.fromBase32((await textOf(page, 'second-factor-key')) ?? '');
      const totp = new TOTP({ secret });
      // Each code serves once; that of now and the one after it are both accepted.
      const code = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
      await page.submit('second-factor-code', { otp: '12345' });
      await expectText(page, 'This code is wrong, or has been used.');
      await page.submit('second-factor-code', { otp: code(0) });
      await expectText(page, 'It is on: signing in asks for a code now.');

      await signOut(page);
      await signIn(page, email);
      await expectText(page, 'Please enter the code of your authenticator.');
      expect(await page.page.evaluate('document.activeElement.id')).toBe('sign-in-otp');
      await page.submit('sign-in', { otp: code(1) });
      await page.page.locator('#signed-in').waitFor();
      await page.page.click('#second-factor summary');
      await page.page.click('#enrol');
      await page.submit('second-factor-off', { otp: '12345' });
      await expectText(page, 'This code is wrong, or has been used.');
    });

    it('shows the signed-in clients, and ends one or all others', async () => {
      const page = await pages.open();
      const email = await page.signUp();
      const signInElsewhere = async () =>
        await sendJson(`${pages.url}/auth/sign_in`, 'POST', { email, password: PASSWORD }, FROM_ELSEWHERE.headers);
      const rows = page.page.locator('#client-list li');
      const expectRows = async (count: number) => await expect.poll(() => rows.count(), POLLING).toBe(count);
      await expectRows(1);
      await signInElsewhere();
      await page.page.click('#refresh-clients');
      await expectRows(2);
      await rows.getByRole('button').click();
      await expectText(page, 'That client is signed out.');
      await expectRows(1);
      expect(await rows.textContent()).toContain('This one');

      await signInElsewhere();
      await signInElsewhere();
      await page.page.click('#refresh-clients');
      await expectRows(3);
      await page.page.click('#revoke-others');
      await expectText(page, '2 clients are signed out.');
      await expectRows(1);
    });

    it('deletes an account, in all tabs', async () => {
      const page = await pages.open();
      const email = await page.signUp();
      const other = await page.page.context().newPage();
      await other.goto(pages.url);
      await other.locator('#signed-in').waitFor();
      await page.page.bringToFront();
      await page.page.click('#deletion summary');
      await page.submit('delete-account');
      await page.page.locator('#sign-in').waitFor();
      await other.locator('#sign-in').waitFor();
      await signIn(page, email);
      await expectText(page, 'Invalid login credentials. Please try again.');
    });

    it('has other options from one request to the next, and keeps accounts, sessions and mails', async () => {
      const page = await pages.open();
      const email = await page.signUp();
      await page.choose({ batchResponse: 'repeat', lostResponse: 'forgiving', batchRequestBufferThrottle: '500' });
      expect(await textOf(page, 'options-code')).toBe(
        "TokenAuthModule.forRoot({\n  userEntity: User,\n  batchResponse: 'repeat',\n  lostResponse: 'forgiving',\n  batchRequestBufferThrottle: 500,\n})",
      );
      await page.submit('profile', { name: 'Countess' });
      await expectText(page, 'Saved.');
      const setup = (await send(`${pages.url}/demo/setup`)).body.data;
      expect(setup.options).toEqual({
        batchResponse: 'repeat',
        lostResponse: 'forgiving',
        batchRequestBufferThrottle: 500,
      });
      expect((await send(`${pages.url}/demo/mails?to=${email}`)).status).toBe(200);
    });
  });

  describe('with confirmation and locking', () => {
    const variables = { TOKEN_AUTH_CONFIRMABLE: 'true', TOKEN_AUTH_LOCKABLE: 'true', TOKEN_AUTH_MAXIMUM_ATTEMPTS: '2' };
    const pages = new SamplePages({ HTTP_ADAPTER, ...variables });

    it('confirms an address, and unlocks an account, by the links of mails', async () => {
      const page = await pages.open();
      const email = freshEmail();
      await page.page.click('#tab-sign-up');
      await page.submit('sign-up', { email, password: PASSWORD });
      await expectText(page, `A mail has gone to ${email}. Follow its link, then sign in.`);
      await page.page.click('#tab-sign-in');
      await signIn(page, email);
      await expectText(page, 'Invalid login credentials');
      await page.page.click('#tab-help');
      await page.submit('help', { email }, '[value=confirmation]');
      await expectText(page, `If there is an account for ${email} that needs it`);
      const confirmed = await page.openMail('Confirmation Instructions');
      await confirmed.getByText('The address is confirmed. You can sign in now.').waitFor();
      expect(confirmed.url()).toBe(`${pages.url}/`);
      await confirmed.close();

      await page.page.click('#tab-sign-in');
      await signIn(page, email, 'wrong');
      await expectText(page, 'Invalid login credentials');
      await signIn(page, email, 'wrong again');
      await page.page.locator('#sign-in[aria-busy=false]').waitFor();
      await page.page.click('#tab-help');
      await page.submit('help', { email }, '[value=unlock]');
      await page.page.getByText('that needs it').first().waitFor();
      const unlocked = await page.openMail('Unlock Instructions');
      await unlocked.getByText('unlocked').first().waitFor();
      await unlocked.close();
      await page.page.click('#tab-sign-in');
      await signIn(page, email);
      await page.page.locator('#signed-in').waitFor();
    });
  });

  describe('in cookie mode', () => {
    const pages = new SamplePages({ HTTP_ADAPTER, TOKEN_AUTH_COOKIE_ENABLED: 'true', TOKEN_AUTH_PATH: 'api/auth' });

    it('signs in, and draws requests whose tokens no script can see', async () => {
      const page = await pages.open();
      await page.signUp();
      await page.page.uncheck('#wait-first');
      const { requests, answers } = await page.run('five');
      expect([requests.length, answers.length]).toEqual([5, 5]);
      expect([...requests, ...answers].map(({ bead }) => bead)).toEqual(Array(10).fill(null));
      expect(await page.page.locator('[data-experiment=replay]').isDisabled()).toBe(true);
      await page.page.reload();
      await page.page.locator('#signed-in').waitFor();
    });
  });
});
