import { batchesOf } from './batches.js';
import { answerOf, isRefused, type Answer, type Exchange, type LabEvent } from './events.js';

export interface Line {
  readonly text: string;
  readonly isBad: boolean;
}

/** What happened in words, in its order: for those who do not see the picture. */
export function tell(events: readonly LabEvent[]): Line[] {
  return events
    .flatMap((event): (Line & { at: number })[] => {
      if (event.kind === 'pause') return [{ at: event.from, text: pauseText(event.to, event.from), isBad: false }];
      const lines = [{ at: event.sentAt, text: sentText(event), isBad: false }];
      if (event.answer === 'failed')
        return [...lines, { at: event.sentAt, text: `Nobody answered ${event.letter}.`, isBad: true }];
      const answer = answerOf(event);
      if (answer === null) return lines;
      return [...lines, { at: answer.at, text: answerText(event, answer), isBad: answer.isLost || isRefused(event) }];
    })
    .sort((one, other) => one.at - other.at);
}

/** All of it in a sentence or two. */
export function conclude(events: readonly LabEvent[], buffer: number): string {
  const exchanges = events.filter((event) => event.kind === 'exchange');
  const answers = exchanges.flatMap((each) => answerOf(each) ?? []);
  const fresh = [...new Set(answers.flatMap(({ isNew, told }) => (isNew && told !== null ? [told] : [])))];
  const sentences = batchesOf(events, buffer).map(
    (batch) =>
      `${batch.map(({ letter }) => letter).join(', ')} are a batch: they share token ${batch[0]?.shown ?? '?'}.`,
  );
  const refused = exchanges.filter(isRefused);
  for (const { letter, shown } of refused) {
    sentences.push(`${letter} was refused${shown === null ? '' : `: token ${shown} serves no more`}.`);
  }
  if (fresh.length > 0) sentences.push(`New: token ${fresh.join(', ')}.`);
  else if (refused.length === 0 && exchanges.some(({ shown }) => shown !== null)) sentences.push('Nothing rotated.');
  return sentences.join(' ');
}

function pauseText(to: number | null, from: number): string {
  if (to === null) return 'The client waits until the batch has closed.';
  return `${((to - from) / 1000).toFixed(1)} s pass, and the batch closes.`;
}

function sentText({ letter, request, shown }: Exchange): string {
  return `Request ${letter}: ${request}${shown === null ? '' : `, shows token ${shown}`}.`;
}

function answerText({ letter, sentAt, shown }: Exchange, { at, status, told, isNew, isLost }: Answer): string {
  const after = `Answer to ${letter}, ${Math.round(at - sentAt)} ms later: ${status}`;
  if (isLost) return `${after}${told === null ? '' : ` with token ${told}`}, but it is lost on its way.`;
  if (status === 401) return `${after}, refused.`;
  if (told === null) return shown === null ? `${after}.` : `${after}, without a token.`;
  if (isNew) return `${after}, brings the new token ${told}.`;
  return told === shown ? `${after}, repeats token ${told}.` : `${after}, tells token ${told} again.`;
}
