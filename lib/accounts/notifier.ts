import { Inject, Injectable } from '@nestjs/common';
import { AccountMails } from '../mails/account-mails.js';
import { Outbox } from '../mails/outbox.js';
import type { MailKind } from '../mails/token-auth-mailer.js';
import { Translator } from '../messages/translator.js';
import type { Purpose } from '../one-time-tokens/one-time-token.entity.js';
import { OneTimeTokenStore } from '../one-time-tokens/one-time-token-store.js';
import { requestOf } from '../request/request-context.js';
import { MailLimit } from '../throttling/mail-limit.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { UserStore } from '../users/user-store.js';

/** The kinds of mails whose link holds a one-time token. */
type LinkMailKind = Extract<MailKind, 'confirmation' | 'resetPassword' | 'unlock'>;

/** The kinds of mails that only tell. */
type NoticeKind = Exclude<MailKind, LinkMailKind>;

/** How long an unlock link works, in ms: a day, by when who reads mails at all has seen it. */
const UNLOCK_WITHIN = 86_400_000;

/** What each link is for, and how it is spelled. */
const LINKS: Record<LinkMailKind, { purpose: Purpose; path: string; parameter: string }> = {
  confirmation: { purpose: 'confirmation', path: 'confirmation', parameter: 'confirmation_token' },
  resetPassword: { purpose: 'reset_password', path: 'password/edit', parameter: 'reset_password_token' },
  unlock: { purpose: 'unlock', path: 'unlock', parameter: 'unlock_token' },
};

/** Where a link leads in the end. */
export interface LinkTarget {
  /** What the client calls its kind of users (`config_name`). */
  readonly config: string;
  /** Null: to the configured URL, or to a page of our own. */
  readonly redirectUrl: string | null;
}

/**
 * Writes to the owners of accounts. Everything happens once the response has gone out, so that neither the time that it
 * takes nor a mailer that hangs tells anybody anything; and no more than so many mails an hour.
 */
@Injectable()
export class Notifier {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(OneTimeTokenStore) private readonly tokens: OneTimeTokenStore,
    @Inject(AccountMails) private readonly mails: AccountMails,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(MailLimit) private readonly limit: MailLimit,
    @Inject(Translator) private readonly translator: Translator,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Mails a link with a one-time token.
   *
   * @param to - the address to write to: for a change of address the new one.
   */
  sendLink(response: object, kind: LinkMailKind, user: AnyUser, to: string, target: LinkTarget): void {
    const { purpose, path, parameter } = LINKS[kind];
    const language = this.translator.languageOf(requestOf(response));
    this.outbox.afterResponse(response, kind, async () => {
      if (!(await this.limit.admit(kind, to))) return;
      const token = await this.tokens.issue(user, purpose, to, this.lifespanOf(kind));
      // The account has been deleted meanwhile.
      if (token === null) return;
      const redirect = target.redirectUrl === null ? {} : { redirect_url: target.redirectUrl };
      const link = this.mails.link(path, { config: target.config, ...redirect, [parameter]: token });
      this.mails.post(kind, { user, to, link, newEmail: null, language });
    });
  }

  /** Mails what has happened. */
  tell(response: object, kind: NoticeKind, user: AnyUser, to: string | null, newEmail: string | null = null): void {
    if (to === null) return;
    const language = this.translator.languageOf(requestOf(response));
    this.outbox.afterResponse(response, kind, async () => {
      if (await this.limit.admit(kind, to)) this.mails.post(kind, { user, to, link: null, newEmail, language });
    });
  }

  /**
   * Mails the link that confirms an address for an account; or, where the address is another account's, tells its owner.
   *
   * @param to - the address, which nobody has shown to be theirs yet.
   */
  askToConfirm(response: object, user: AnyUser, to: string, target: LinkTarget): void {
    this.later(response, 'confirmation', async () => {
      const owner = await this.users.findByEmail(to);
      if (owner === null) this.sendLink(response, 'confirmation', user, to, target);
      else this.tell(response, 'addressTaken', owner.user, to);
    });
  }

  /** Does what is needed to find out whom to write to. */
  later(response: object, kind: MailKind, work: () => Promise<void>): void {
    this.outbox.afterResponse(response, kind, work);
  }

  private lifespanOf(kind: LinkMailKind): number {
    switch (kind) {
      case 'confirmation':
        return this.config.confirmation?.within ?? 0;
      case 'resetPassword':
        return this.config.reset.within;
      case 'unlock':
        return UNLOCK_WITHIN;
    }
  }
}
