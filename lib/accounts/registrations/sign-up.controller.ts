import { Body, HttpCode, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { UserStore } from '../../users/user-store.js';
import { AccountInput } from '../account.input.js';
import { failure, FAULTS, invalidRecord, MESSAGES, type AttributeErrors } from '../account-errors.js';
import { errorsOf, pick } from '../parameters.js';
import { Profiles } from '../profiles.js';
import { requireAllowed, wantedRedirect } from '../redirects.js';
import { SignUps } from './sign-ups.js';

/** `POST <path>`: makes an account and signs it in, or mails a link that confirms its address first. */
@Public()
export class SignUpController {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(SignUps) private readonly signUps: SignUps,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    const { signUpDto } = this.config;
    const given = pick(body, ['email', 'password', 'password_confirmation']);
    if (Object.keys(given).length === 0 && !this.profiles.hasAny(signUpDto, body)) {
      throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.improperSignUp, { status: 'error' });
    }
    const input = new AccountInput(given, this.config.password.minLength, true);
    const profile = await this.profiles.readNew(signUpDto, body);
    const unsaved = this.unsaved(input.email, profile.values);
    const redirectUrl = this.redirectOf(request, unsaved);
    const errors = { ...(await errorsOf(input)), ...profile.errors };
    if (!('email' in errors) && !this.signUps.hidesAccounts && (await this.users.isTaken(input.email as string))) {
      errors['email'] = [FAULTS.taken];
    }
    if (Object.keys(errors).length > 0) throw this.refusal(errors, unsaved);

    const account = { email: input.email as string, password: input.password as string, profile: profile.values };
    const user = await this.signUps.signUp(account, redirectUrl, request, response);
    if (user === null) throw this.refusal({ email: [FAULTS.taken] }, unsaved);
    return {
      status: 'success',
      data: this.signUps.hidesAccounts ? this.serializer.unsaved(unsaved) : this.serializer.account(user),
    };
  }

  /** Where the confirmation link is to lead; not looked at where nothing has to be confirmed. */
  private redirectOf(request: IncomingRequest, unsaved: AnyUser): string | null {
    if (this.config.confirmation === null) return null;
    const url = wantedRedirect(request, ['confirm_success_url'], this.config.redirects.confirmSuccess);
    const data = this.serializer.unsaved(unsaved);
    if (url === null) {
      throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.missingConfirmUrl, { status: 'error', data });
    }
    requireAllowed(url, this.config, { data });
    return url;
  }

  /** The account as it would have been, without an id and a uid. */
  private unsaved(email: unknown, profile: object): AnyUser {
    return Object.assign(this.users.build(typeof email === 'string' ? email : '', null, profile), { uid: '' });
  }

  private refusal(errors: AttributeErrors, unsaved: AnyUser): Error {
    return invalidRecord(errors, this.serializer.unsaved(unsaved));
  }
}
