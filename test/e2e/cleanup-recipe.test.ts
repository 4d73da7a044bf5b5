import type { Type } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { on, TestApp, User } from '../support/app.js';
import { clientRow } from '../support/cleanup.js';
import { CompiledExamples } from '../support/docs.js';

on({ adapter: 'express', database: 'sqlite' }, 'the recipe for @nestjs/schedule', (platform) => {
  let examples: CompiledExamples;
  beforeAll(() => {
    examples = new CompiledExamples('clean-up', { 'clean-up.module.ts': 'docs/clean-up.md' });
  });
  afterAll(() => examples.remove());

  it('removes what has expired when its time has come', async () => {
    const { CleanUpModule } = (await import(examples.path('clean-up.module.ts'))) as {
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
