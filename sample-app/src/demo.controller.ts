import { setTimeout as wait } from 'node:timers/promises';
import { BadRequestException, Controller, Get, Query, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import { User } from './user.entity.js';

const LONGEST_WAIT = 60_000;

@Controller('demo')
@UseGuards(TokenAuthGuard)
export class DemoController {
  @Get('members_only')
  membersOnly(@CurrentUser() { id, email, uid, name, nickname }: User) {
    return { data: { id, email, uid, name, nickname } };
  }

  /** Takes its time, so that requests overlap. */
  @Get('slow')
  async slow(@Query('ms') ms: unknown) {
    const waited = typeof ms === 'string' && /^\d+$/.test(ms) ? Number(ms) : NaN;
    if (!(waited <= LONGEST_WAIT)) {
      throw new BadRequestException({ errors: [`ms must be a whole number from 0 to ${LONGEST_WAIT}.`] });
    }
    await wait(waited);
    return { data: { waited } };
  }
}
