import {
  Controller,
  Get,
  Inject,
  Param,
  Query,
  Req,
  Res,
  UnprocessableEntityException,
  UseGuards,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { RotateEarly, TokenAuthGuard, type TokenAuthOptions } from 'nestjs-token-auth';
import type { Socket } from 'node:net';
import { finalize, type Observable } from 'rxjs';
import { TestApp, type Platform } from '../support/app.js';
import type { TestDatabase } from '../support/databases.js';
import { Latch } from '../support/latch.js';

/** How a handler ends: with an answer, with a refusal of its own, or in a failure that nobody expected. */
export type Ending = 'answers' | 'refuses' | 'breaks';

/** A handler that waits for the test. */
class Held {
  readonly arrived = new Latch();
  readonly released = new Latch();
  readonly departed = new Latch();
  readonly peerGone = new Latch();
  ending: Ending = 'answers';
}

/** Where handlers wait, each by a name of its own. */
export class Stage {
  private readonly held = new Map<string, Held>();

  announce(name: string): Held {
    const held = new Held();
    this.held.set(name, held);
    return held;
  }

  /** Lets a handler go on, and waits until all that follows from it has been done. */
  async release(name: string, ending: Ending): Promise<void> {
    const held = this.of(name);
    held.ending = ending;
    held.released.release();
    await held.departed.reached;
    this.held.delete(name);
  }

  /** Settles when the server has seen that the client has hung up. */
  peerGone(name: string): Promise<void> {
    return this.of(name).peerGone.reached;
  }

  async pass(name: string, socket: Socket): Promise<Ending> {
    const held = this.of(name);
    socket.once('close', () => void held.peerGone.wait());
    void held.arrived.wait();
    await held.released.wait();
    return held.ending;
  }

  tellDeparted(name: string): void {
    void this.held.get(name)?.departed.wait();
  }

  private of(name: string): Held {
    const held = this.held.get(name);
    if (held === undefined) throw new Error(`Nobody is held by the name of ${name}.`);
    return held;
  }
}

/** Outermost: what it sees end has departed. */
class DepartureWatch implements NestInterceptor {
  constructor(@Inject(Stage) private readonly stage: Stage) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { params } = context.switchToHttp().getRequest<{ params?: { held?: string } }>();
    return next.handle().pipe(finalize(() => this.stage.tellDeparted(params?.held ?? '')));
  }
}

class ClosedGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
@UseGuards(TokenAuthGuard)
class StageController {
  constructor(@Inject(Stage) private readonly stage: Stage) {}

  @Get('held/:held')
  async hold(@Param('held') name: string, @Req() request: { socket: Socket }) {
    return end(await this.stage.pass(name, request.socket));
  }

  @Get('quick')
  quick(@Query('ending') ending: Ending) {
    return end(ending);
  }

  @Get('own')
  own(@Res() response: { send(body: string): unknown }) {
    response.send('own');
  }

  @RotateEarly()
  @Get('early')
  early(@Query('ending') ending: Ending) {
    return end(ending);
  }

  @Get('barred')
  @UseGuards(ClosedGuard)
  barred() {
    return { ok: true };
  }
}

function end(ending: Ending): object {
  if (ending === 'refuses') throw new UnprocessableEntityException();
  if (ending === 'breaks') throw new Error('Nobody expected this.');
  return { ok: true };
}

/** An application that the commands run on. */
export async function startStage(
  platform: Platform,
  auth: TokenAuthOptions<any>,
  database: TestDatabase,
): Promise<TestApp> {
  return await TestApp.start(platform, {
    auth,
    controllers: [StageController],
    providers: [Stage, { provide: APP_INTERCEPTOR, useClass: DepartureWatch }],
    trustProxy: true,
    database,
    // Its log keeps every statement.
    dataSource: { logging: false, logger: 'simple-console' },
  });
}
