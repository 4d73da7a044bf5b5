import { TokenAuthError, type TokenAuthClient } from 'nestjs-token-auth/client';
import { arrival } from './arrival.js';
import { byId, say } from './dom.js';
import { explain } from './errors.js';
import { onSubmit } from './forms.js';
import type { Setup } from './setup.js';
import { connectTabs } from './tabs.js';

/** A user as this application shows it. */
export interface Person {
  readonly email: string;
  readonly name: string;
}

/** Ways in, and what people can do about their own account. */
export class Account {
  private readonly chooseTab = connectTabs(document.querySelector('[role=tablist]') as HTMLElement);
  private resetToken = arrival?.resetToken;
  private wasSignedIn = false;

  /** @param onMail - called with the address that a mail has gone to. */
  constructor(
    private readonly client: TokenAuthClient<Person>,
    private readonly setup: Setup,
    private readonly onMail: (address: string) => void,
  ) {
    this.connectWaysIn();
    this.connectHelp();
    this.connectNewPassword();
    this.connectOwnAccount();
  }

  /** Shows who is signed in, or the ways in. */
  show(): void {
    const { client } = this;
    if (this.wasSignedIn && !client.isSignedIn) this.chooseTab('tab-sign-in');
    this.wasSignedIn = client.isSignedIn;
    const wantsPassword = this.resetToken !== undefined;
    byId('account').ariaBusy = 'false';
    byId('waiting').hidden = true;
    byId('new-password').hidden = !wantsPassword;
    byId('signed-in').hidden = wantsPassword || !client.isSignedIn;
    byId('signed-out').hidden = wantsPassword || client.isSignedIn;
    byId('account-title').textContent = wantsPassword ? 'New password' : 'Account';
    if (client.user !== null) this.showPerson(client.user);
  }

  private showPerson({ name, email }: Person): void {
    byId('who').textContent = name || 'No name yet';
    byId('email').textContent = email;
    byId('avatar').textContent = (name || email).charAt(0).toUpperCase();
    const field = byId<HTMLInputElement>('profile-name');
    if (document.activeElement !== field) field.value = name;
  }

  private connectWaysIn(): void {
    onSubmit(byId('sign-in'), (values) => this.withSecondFactor('sign-in', () => this.client.signIn(values)));
    onSubmit(byId('sign-up'), async (values) => {
      await this.client.signUp({ ...values, ...(this.setup.confirmable ? { confirm_success_url: here() } : {}) });
      const email = values['email'] ?? '';
      this.onMail(email);
      if (this.client.isSignedIn) return this.entered('sign-up');
      return `A mail has gone to ${email}. Follow its link, then sign in.`;
    });
    if (this.setup.provider === null) return;
    byId('by-provider').hidden = false;
    byId('provider').addEventListener('click', () => void this.signInWith(this.setup.provider ?? ''));
  }

  private async signInWith(provider: string): Promise<void> {
    say('provider-message', 'Go on in the new window.');
    try {
      await this.client.signInWith(provider, { mode: 'popup' });
      say('provider-message', '');
      this.entered('sign-in');
    } catch (error) {
      say('provider-message', explain(error), 'error');
    }
  }

  private connectHelp(): void {
    byId('tab-help').hidden = !this.setup.mails;
    byId('resend-confirmation').hidden = !this.setup.confirmable;
    byId('request-unlock').hidden = !this.setup.lockable;
    if (!this.setup.inbox) byId('help-hint').textContent = 'You get a mail with a link.';
    onSubmit(byId('help'), async ({ email = '' }, action) => {
      if (action === 'confirmation') await this.client.resendConfirmation({ email, redirectUrl: here() });
      else if (action === 'unlock') await this.client.requestUnlock({ email });
      else await this.client.requestPasswordReset({ email, redirectUrl: here() });
      this.onMail(email);
      return `If there is an account for ${email} that needs it, a mail is on its way.`;
    });
  }

  private connectNewPassword(): void {
    onSubmit(byId('new-password'), async ({ password = '', ...code }) => {
      const reset = { ...code, password, resetPasswordToken: this.resetToken ?? '' };
      const enter = () => this.client.resetPassword(reset);
      await this.withSecondFactor('new-password', enter, () => (this.resetToken = undefined));
    });
  }

  private connectOwnAccount(): void {
    onSubmit(byId('profile'), async ({ name = '' }) => {
      await this.client.updateAccount({ name });
      return 'Saved.';
    });
    byId('sign-out').addEventListener('click', () => void this.signOut());
    onSubmit(byId('delete-account'), () => this.leave(() => this.client.deleteAccount()));
  }

  /** Here at once, whatever the server says. */
  private async signOut(): Promise<void> {
    let fault = '';
    await this.leave(() => this.client.signOut().catch((error: unknown) => void (fault = explain(error))));
    say('sign-in-message', fault, 'error');
  }

  private async leave(how: () => Promise<void>): Promise<void> {
    await how();
    byId<HTMLDetailsElement>('deletion').open = false;
    byId<HTMLDetailsElement>('second-factor').open = false;
    this.show();
    byId('account-title').focus();
  }

  /** Asks for a code where the server does. */
  private async withSecondFactor(form: string, enter: () => Promise<unknown>, then?: () => void): Promise<void> {
    const field = document.querySelector<HTMLElement>(`#${form} [data-second-factor]`);
    try {
      await enter();
    } catch (error) {
      if (!(error instanceof TokenAuthError) || error.code !== 'second_factor_required' || field === null) throw error;
      field.hidden = false;
      field.querySelector('input')?.focus();
      throw error;
    }
    if (field !== null) field.hidden = true;
    then?.();
    this.entered(form);
  }

  private entered(form: string): void {
    byId<HTMLFormElement>(form).reset();
    this.show();
    byId('account-title').focus();
  }
}

/** Where links of mails lead. */
function here(): string {
  return `${location.origin}/`;
}
