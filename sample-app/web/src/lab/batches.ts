import { answerOf, isRefused, type Exchange, type LabEvent } from './events.js';

/**
 * The batches of a picture, each of two requests or more: they showed the same token, were accepted, and each was sent before
 * the batch of the one before it had closed.
 *
 * @param buffer - how long a batch stays open, in ms.
 */
export function batchesOf(events: readonly LabEvent[], buffer: number): Exchange[][] {
  const batches: Exchange[][] = [];
  for (const exchange of events) {
    if (exchange.kind !== 'exchange' || exchange.shown === null || isRefused(exchange)) continue;
    const batch = batches.findLast((each) => each[0]?.shown === exchange.shown);
    if (batch !== undefined && exchange.sentAt <= openUntil(batch, buffer)) batch.push(exchange);
    else batches.push([exchange]);
  }
  return batches.filter(({ length }) => length > 1);
}

/** One whose answers are still awaited is open. */
function openUntil(batch: readonly Exchange[], buffer: number): number {
  return Math.max(...batch.map((each) => (answerOf(each)?.at ?? Infinity) + buffer));
}
