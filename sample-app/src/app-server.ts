import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/** In ms: a stop waits for connections that are kept open. */
const KEEP_ALIVE = 5000;

/** An application, and how many requests it is answering. */
interface Serving {
  readonly app: INestApplication;
  open: number;
}

/**
 * One port for applications that take each other's place, because the options of a module are fixed once an application is
 * built: the next one serves from one request to the following, and the former one answers what it has begun.
 *
 * An application that keeps its options needs none of this: it calls `app.listen()`.
 */
export class AppServer {
  private readonly server = createServer((request, response) => this.answer(request, response));
  private serving: Serving | undefined;

  constructor() {
    this.server.keepAliveTimeout = KEEP_ALIVE;
  }

  async listen(port: number, host: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  /** @param app - initialised. */
  serve(app: INestApplication): void {
    const former = this.serving;
    this.serving = { app, open: 0 };
    if (former !== undefined) void this.closeWhereIdle(former);
  }

  /** Answers what has been asked, and stops. */
  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
    await this.serving?.app.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { serving } = this;
    if (serving === undefined) return;
    serving.open += 1;
    response.once('close', () => {
      serving.open -= 1;
      void this.closeWhereIdle(serving);
    });
    (serving.app.getHttpServer() as NodeJS.EventEmitter).emit('request', request, response);
  }

  private async closeWhereIdle(former: Serving): Promise<void> {
    if (former.open === 0 && former !== this.serving) await former.app.close();
  }
}
