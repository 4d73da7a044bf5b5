import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import type { TestApp } from './app.js';
import { eventually, type Answer, type ProtocolClient } from './client.js';

/** Holds handlers until a test lets them go on, each by a name of its own. */
export class Gate {
  private readonly waiting = new Map<string, () => void>();

  async pass(name: string): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.set(name, resolve));
  }

  async holds(name: string): Promise<void> {
    await eventually(() => this.waiting.has(name));
  }

  open(name: string): void {
    this.waiting.get(name)?.();
    this.waiting.delete(name);
  }
}

/** A guarded route whose handler waits at the {@link Gate}, which has to be among the providers. */
@Controller('held')
@UseGuards(TokenAuthGuard)
export class HeldController {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  @Get(':name')
  async show(@Param('name') name: string) {
    await this.gate.pass(name);
    return { name };
  }
}

let held = 0;

/** Sends a request and waits until its handler is held; the function that comes back lets it go and gives the answer. */
export async function hold(app: TestApp, client: ProtocolClient, init: RequestInit = {}, query = '') {
  const gate = app.nest.get(Gate);
  const name = `request-${held++}`;
  const answer = client.peek(`/held/${name}${query}`, init);
  await gate.holds(name);
  return async (): Promise<Answer> => {
    gate.open(name);
    return await answer;
  };
}
