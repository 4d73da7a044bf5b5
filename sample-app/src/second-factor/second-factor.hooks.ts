import { Inject, Injectable } from '@nestjs/common';
import { TokenAuthHooks, Veto, type IncomingRequest, type SignInAttempt } from 'nestjs-token-auth';
import type { User } from '../user.entity.js';
import { SecondFactors } from './second-factors.js';

/**
 * Demands a code of whoever has switched a second factor on, however the sign-in was proven: by password, reset or
 * provider.
 */
@Injectable()
export class SecondFactorHooks extends TokenAuthHooks<User> {
  constructor(@Inject(SecondFactors) private readonly factors: SecondFactors) {
    super();
  }

  // 422, the default of a veto, and not 401: that is what a wrong password is answered, and in a browser that is signed in
  // as somebody clients may throw that token away.
  override async beforeSignIn({ user, request }: SignInAttempt<User>): Promise<void> {
    if (!(await this.factors.isOn(user))) return;
    const code = codeIn(request);
    if (code === undefined) {
      throw new Veto('Please enter the code of your authenticator.', { code: 'second_factor_required' });
    }
    if (!(await this.factors.redeem(user, code))) {
      throw new Veto('This code is wrong, or has been used.', { code: 'second_factor_invalid' });
    }
  }
}

/** `otp` in the body; never in a URL, which gets into logs. */
function codeIn({ body }: IncomingRequest): unknown {
  return typeof body === 'object' && body !== null && 'otp' in body ? body.otp : undefined;
}
