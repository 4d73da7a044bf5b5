import { Body, ConflictException, Controller, Delete, HttpCode, Inject, Post, Put, UseGuards } from '@nestjs/common';
import { CurrentUser, RecentSignIn, TokenAuthGuard, Veto } from 'nestjs-token-auth';
import { User } from '../user.entity.js';
import { SecondFactors } from './second-factors.js';

/** Where people switch their second factor on and off. */
@Controller('demo/second_factor')
@UseGuards(TokenAuthGuard)
export class SecondFactorController {
  constructor(@Inject(SecondFactors) private readonly factors: SecondFactors) {}

  /** A new secret, which a page shows as a QR code. Nobody is asked for codes yet. */
  @Post()
  @HttpCode(200)
  async enrol(@CurrentUser() user: User) {
    const uri = await this.factors.enrol(user);
    if (uri === null) throw new ConflictException({ errors: ['A second factor is on already.'] });
    return { data: { uri } };
  }

  /** Switches it on: the first code shows that the authenticator has the secret. */
  @Put()
  async switchOn(@CurrentUser() user: User, @Body() body: { otp?: unknown } | undefined) {
    if (!(await this.factors.switchOn(user, body?.otp))) throw invalidCode();
    return { data: { second_factor: true } };
  }

  /**
   * Switches it off, soon after a sign-in and with a code: a session that was stolen must not do, nor time to try codes
   * out.
   */
  @RecentSignIn('10m')
  @Delete()
  async switchOff(@CurrentUser() user: User, @Body() body: { otp?: unknown } | undefined) {
    if (!(await this.factors.switchOff(user, body?.otp))) throw invalidCode();
    return { data: { second_factor: false } };
  }
}

function invalidCode(): Veto {
  return new Veto('This code is wrong, or has been used.', { code: 'second_factor_invalid' });
}
