import { Body, HttpCode, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import { Public } from '../../request/decorators.js';
import type { IncomingRequest } from '../../request/request-context.js';
import { SessionOpener } from '../../request/session-opener.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { normalizeEmail } from '../../users/email.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { UserStore } from '../../users/user-store.js';
import { failure, invalidRecord, MESSAGES, type AttributeErrors } from '../account-errors.js';
import { errorsOf, pick } from '../body.js';
import { SignUpBody } from './sign-up.body.js';

/** `POST <path>`: makes an account and signs it in. */
@Public()
export class SignUpController {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    const values = pick(body, ['email', 'password', 'password_confirmation']);
    if (Object.keys(values).length === 0) {
      throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.improperSignUp, { status: 'error' });
    }
    const email = typeof values.email === 'string' ? normalizeEmail(values.email) : values.email;
    const dto = new SignUpBody({ ...values, email }, this.config.password.minLength);
    const errors = await errorsOf(dto);
    if (!('email' in errors) && (await this.users.isTaken(email as string))) errors['email'] = [TAKEN];
    if (Object.keys(errors).length > 0) throw this.refusal(email, errors);

    const digest = await this.passwords.hash(dto.password as string);
    const user = this.users.build(email as string, digest);
    if (!(await this.users.insert(user))) throw this.refusal(email, { email: [TAKEN] });
    await this.sessions.open(user, request, response);
    return { status: 'success', data: this.serializer.account(user) };
  }

  /** The refusal shows the account as it would have been, without an id and a uid. */
  private refusal(email: unknown, errors: AttributeErrors): Error {
    const unsaved = this.users.build(typeof email === 'string' ? email : '', null);
    return invalidRecord(errors, this.serializer.unsaved(Object.assign(unsaved, { uid: '' })));
  }
}

const TAKEN = 'has already been taken';
