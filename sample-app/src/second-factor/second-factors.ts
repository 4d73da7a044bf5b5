import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Secret, TOTP } from 'otpauth';
import { LessThan, type Repository } from 'typeorm';
import type { User } from '../user.entity.js';
import { SecondFactor } from './second-factor.entity.js';

/** How many time steps of 30 s a code may be early or late: clocks differ, and people type slowly. */
const WINDOW = 1;

/** How many codes may be tried to switch it off before the next sign-in with one: who has stolen a session must not find one. */
const TRIES = 10;

/** Codes of authenticator apps (TOTP, RFC 6238). */
@Injectable()
export class SecondFactors {
  constructor(@InjectRepository(SecondFactor) private readonly factors: Repository<SecondFactor>) {}

  /** Whether codes are asked for. */
  async isOn({ id }: User): Promise<boolean> {
    return await this.factors.existsBy({ userId: id, isOn: true });
  }

  /** A new secret, as the URI that an authenticator scans; null where one is in use already. */
  async enrol({ id, uid }: User): Promise<string | null> {
    const secret = new Secret().base32;
    await this.factors.delete({ userId: id, isOn: false });
    if (await this.factors.existsBy({ userId: id })) return null;
    await this.factors.insert({ userId: id, secret });
    return totp(secret, uid).toString();
  }

  /** Switches it on with a first code; whether the code was right. */
  async switchOn(user: User, code: unknown): Promise<boolean> {
    return await this.use(user, code, false);
  }

  /** Uses a code up; whether it was right, and had not been used. */
  async redeem(user: User, code: unknown): Promise<boolean> {
    return await this.use(user, code, true);
  }

  /** Switches it off with a code; whether the code was right. Counted before it is looked at. */
  async switchOff(user: User, code: unknown): Promise<boolean> {
    const { affected } = await this.factors.increment(
      { userId: user.id, isOn: true, tries: LessThan(TRIES) },
      'tries',
      1,
    );
    if (affected !== 1 || !(await this.redeem(user, code))) return false;
    await this.factors.delete({ userId: user.id });
    return true;
  }

  /** One conditional UPDATE: of any number of requests with the same code one wins. */
  private async use({ id, uid }: User, code: unknown, isOn: boolean): Promise<boolean> {
    const factor = await this.factors.findOneBy({ userId: id, isOn });
    const step = factor === null ? null : stepOf(totp(factor.secret, uid), code);
    if (factor === null || step === null) return false;
    const { affected } = await this.factors
      .createQueryBuilder()
      .update()
      .set({ lastStep: step, isOn: true, tries: 0 })
      .where({ userId: id, secret: factor.secret, isOn })
      .andWhere('lastStep < :step', { step })
      .execute();
    return affected === 1;
  }
}

function totp(secret: string, label: string): TOTP {
  return new TOTP({ issuer: 'Sample app', label, secret });
}

/** The time step that a code belongs to, or null for none of those near by. */
function stepOf(totp: TOTP, code: unknown): number | null {
  if (typeof code !== 'string' || !/^\d{6}$/.test(code)) return null;
  const timestamp = Date.now();
  const delta = totp.validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}
