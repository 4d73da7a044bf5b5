import { Controller, Get, UseGuards, type Type } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';

/** A guarded route that keeps the very object that it was given as the current user. */
export interface Witness {
  readonly controller: Type<unknown>;
  readonly path: string;
  /** The user of the last request. */
  user(): unknown;
}

export function witness(): Witness {
  let last: unknown;

  @Controller('witness')
  @UseGuards(TokenAuthGuard)
  class WitnessController {
    @Get()
    show(@CurrentUser() user: unknown) {
      last = user;
      return {};
    }
  }

  return { controller: WitnessController, path: '/witness', user: () => last };
}
