import { Body, Get, HttpCode, HttpStatus, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import { Public } from '../../request/decorators.js';
import type { IncomingRequest } from '../../request/request-context.js';
import { SessionOpener } from '../../request/session-opener.js';
import { normalizeEmail } from '../../users/email.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { failure, MESSAGES } from '../account-errors.js';
import { pick } from '../body.js';

/** `POST <path>/sign_in`: signs a client in by e-mail address and password. */
@Public()
export class SignInController {
  private readonly logger = new Logger('TokenAuth');

  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
  ) {}

  @Post('sign_in')
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    const { email, password } = pick(body, ['email', 'password']);
    const account = await this.prove(email, password);
    if (account === null) throw failure(HttpStatus.UNAUTHORIZED, MESSAGES.badCredentials);
    await this.sessions.open(account.user, request, response, account.authEpoch);
    return { data: this.serializer.session(account.user) };
  }

  @Get('sign_in')
  show(): never {
    throw failure(HttpStatus.METHOD_NOT_ALLOWED, MESSAGES.signInByPost);
  }

  /** The account whose password this is. Every attempt does the same work, whether the account exists or not. */
  private async prove(email: unknown, password: unknown): Promise<Account | null> {
    const account = typeof email === 'string' ? await this.users.findByEmail(normalizeEmail(email)) : null;
    const given = typeof password === 'string' ? password : '';
    const { valid, outdated } = await this.passwords.verify(given, account?.encryptedPassword ?? null);
    if (account === null || !valid) return null;
    if (outdated) await this.upgrade(account, given);
    return account;
  }

  /** Stores a stronger digest; where that is not possible now, the next sign-in tries again. */
  private async upgrade(account: Account, password: string): Promise<void> {
    try {
      await this.users.upgradeDigest(account, await this.passwords.hash(password));
    } catch (error) {
      this.logger.warn(`The digest of a password could not be upgraded: ${String(error)}`);
    }
  }
}
