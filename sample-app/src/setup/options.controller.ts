import { Body, Controller, Inject, Put, UnprocessableEntityException, UseGuards } from '@nestjs/common';
import { TokenAuthOptionsError } from 'nestjs-token-auth';
import { OwnOriginGuard } from './own-origin.guard.js';
import { REBUILD, Setup, type Rebuild } from './setup.js';
import { readRotationSettings } from './rotation-settings.js';

/** The switches of the page. Open to everybody on this machine, which is why it exists outside production only. */
@Controller('demo')
export class OptionsController {
  constructor(
    @Inject(Setup) private readonly setup: Setup,
    @Inject(REBUILD) private readonly rebuild: Rebuild,
  ) {}

  /** Answers once the application with these options serves: the next request meets them. */
  @Put('options')
  @UseGuards(OwnOriginGuard)
  async change(@Body() body: unknown) {
    const changes = readRotationSettings(body);
    if ('errors' in changes) throw new UnprocessableEntityException({ errors: changes.errors });
    try {
      await this.rebuild({ ...this.setup.auth, ...changes });
    } catch (error) {
      if (!(error instanceof TokenAuthOptionsError)) throw error;
      throw new UnprocessableEntityException({ errors: error.faults });
    }
    return { data: changes };
  }
}
