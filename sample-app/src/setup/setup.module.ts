import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '../settings/settings.js';
import { OwnOriginGuard } from './own-origin.guard.js';
import { OptionsController } from './options.controller.js';
import { REBUILD, Setup, type Rebuild } from './setup.js';
import { SetupController } from './setup.controller.js';

/** Tells the page how the application is set up, and outside production sets it up anew. */
@Module({ controllers: [SetupController] })
export class SetupModule {
  /**
   * @param origin - what people reach the application by.
   * @param rebuild - takes the application's place by one with other options.
   */
  static with(settings: Settings, origin: string, rebuild: Rebuild): DynamicModule {
    const setup = new Setup(settings, origin);
    return {
      module: SetupModule,
      providers: [{ provide: Setup, useValue: setup }, { provide: REBUILD, useValue: rebuild }, OwnOriginGuard],
      controllers: settings.isProduction ? [] : [OptionsController],
    };
  }
}
