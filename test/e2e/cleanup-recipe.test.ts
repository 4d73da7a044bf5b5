import type { Type } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { on, TestApp, User } from '../support/app.js';
import { clientRow } from '../support/cleanup.js';
import { CompiledExample } from '../support/examples.js';

on({ adapter: 'express', database: 'sqlite' }, 'the recipe for @nestjs/schedule', (platform) => {
  let example: CompiledExample;
  beforeAll(() => {
    example = new CompiledExample('docs/clean-up.md', 'clean-up.module.ts');
  });
  afterAll(() => example?.remove());

  it('removes what has expired when its time has come', async () => {
    const { CleanUpModule } = (await import(example.path)) as {
      CleanUpModule: Type<unknown>;
    };
    const app = await TestApp.start(platform, { imports: [CleanUpModule] });
    try {
      const user = (await app.user()) as User;
      await clientRow(app, user, { lastUsedAt: 0 });
      const kept = await clientRow(app, user);
      const job = app.nest.get(SchedulerRegistry).getCronJob('clean-up');
      expect(job.nextDate().hour).toBe(3);
      await job.fireOnTick();
      expect((await app.row()).id).toBe(kept);
    } finally {
      await app.close();
    }
  });
});
