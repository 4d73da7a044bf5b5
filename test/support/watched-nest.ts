import type { INestApplication } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { TokenAuthEvents } from 'nestjs-token-auth';
import { EVENTS, type EventName } from './event-recorder.js';
import { watch } from './secret-watch.js';

/** Sees every event of an application, as its listeners do. */
export function watchEvents(app: INestApplication): void {
  const events = new Set(app.get(TokenAuthEvents, { strict: false, each: true }));
  for (const each of events) {
    for (const name of Object.keys(EVENTS) as EventName[]) each.on(name, (payload) => watch.see('event', payload));
  }
}

/** Sees what handlers, guards and interceptors throw, as it reaches Nest. */
export function watchThrown(): void {
  // It is called with the `this` of whoever catches.
  // oxlint-disable-next-line typescript/unbound-method
  const { catch: answer } = BaseExceptionFilter.prototype;
  BaseExceptionFilter.prototype.catch = function (exception, host) {
    watch.see('thrown error', exception);
    answer.call(this, exception, host);
  };
}
