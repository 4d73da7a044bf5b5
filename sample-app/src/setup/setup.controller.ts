import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Setup } from './setup.js';

@Controller('demo')
export class SetupController {
  constructor(@Inject(Setup) private readonly setup: Setup) {}

  /** What the page adapts itself to. */
  @Get('setup')
  @Header('Cache-Control', 'no-store')
  read() {
    return { data: this.setup.describe() };
  }
}
