import type { ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Outbox } from 'nestjs-token-auth';
import type { TestApp } from './app.js';
import type { Answer } from './client.js';

/** Sees which statements a request needs until its answer is out, apart from what is done afterwards. For Express. */
export class WorkLog {
  private app: TestApp | null = null;
  private atAnswer: string[] = [];

  /** For {@link AppOptions.configure}. */
  readonly configure = (nest: INestApplication): void => {
    nest.use((_request: object, response: ServerResponse, next: () => void) => {
      response.on('finish', () => (this.atAnswer = this.app?.log.take() ?? []));
      next();
    });
  };

  /** The statements of a request by their first words, and its answer. */
  async of(app: TestApp, request: () => Promise<Answer>): Promise<{ work: string[]; answer: Answer }> {
    this.app = app;
    await app.nest.get(Outbox).settled();
    app.log.take();
    const answer = await request();
    return { work: this.atAnswer, answer };
  }
}
