import { isRefused, type Bead } from './events.js';
import { FALL, type PlacedExchange, type Scene } from './layout.js';
import { svg } from './svg.js';

const BEAD = 10;
const HEAD = 34;
/** From the line of the client to the beads of what it sends and gets. */
const OUT = 26;
const IN = 22;

/** @param title - what the picture shows, in words. */
export function draw(scene: Scene, title: string): SVGElement {
  const { width, height, clientX, serverX } = scene;
  const label = { role: 'img', 'aria-label': title, 'aria-describedby': 'story' };
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, ...label },
    lane('client', clientX, height),
    lane('server', serverX, height),
    ...scene.times.map(({ y, text }) => svg('text', { class: 'time', x: clientX - 42, y: y + 4 }, text)),
    ...scene.pauses.map(({ pause, y }) => pauseOf(scene, y, pause.to === null ? null : pause.to - pause.from)),
    ...scene.rings.map((each) => ring(clientX + OUT, each)),
    ...scene.exchanges.map((placed) => server(placed, height)),
    ...scene.exchanges.map((placed) => request(placed, scene)),
    ...scene.exchanges.map((placed) => answer(placed, scene)),
  );
}

function lane(name: string, x: number, height: number): SVGElement {
  return svg(
    'g',
    {},
    svg('line', { class: 'life', x1: x, y1: HEAD, x2: x, y2: height - 12 }),
    svg('rect', { class: 'lane-box', x: x - 32, y: 10, width: 64, height: 26, rx: 6 }),
    svg('text', { class: 'lane', x, y: 28 }, name),
  );
}

/** A batch: around the beads of its requests. */
function ring(x: number, { top, bottom, letters }: Scene['rings'][number]): SVGElement {
  const shape = { x: x - 17, y: top, width: 34, height: bottom - top, rx: 17 };
  return svg('rect', { class: 'ring', 'data-batch': letters, ...shape });
}

/** What the server is working on. */
function server({ exchange, sentY, answeredY, serverX }: PlacedExchange, height: number): SVGElement {
  const top = sentY + FALL;
  const isWaiting = exchange.answer === null;
  const bottom = answeredY === null ? (isWaiting ? height - 18 : top) : answeredY - FALL;
  if (exchange.answer === 'failed') return svg('g', {});
  return svg(
    'g',
    {},
    svg('rect', {
      class: `bar-busy${isWaiting ? ' is-waiting' : ''}`,
      x: serverX - 6,
      y: top - 3,
      width: 12,
      height: Math.max(bottom - top, 14) + 6,
      rx: 3,
    }),
    svg('text', { class: 'bar-letter', x: serverX, y: top + 10 }, exchange.letter),
  );
}

function request({ exchange, sentY, serverX }: PlacedExchange, { clientX, isNarrow }: Scene): SVGElement {
  const refused = isRefused(exchange) ? ' refused' : '';
  const from = [clientX, sentY] as const;
  const to = [serverX - 7, sentY + FALL] as const;
  const share = isNarrow ? 0.58 : 0.72;
  const [middleX, middleY] = [clientX + (to[0] - clientX) * share, sentY + FALL * share];
  return svg(
    'g',
    { 'data-request': exchange.letter, class: isRefused(exchange) ? 'is-refused' : '' },
    arrow(from, to, refused),
    ...(isRefused(exchange) ? [cross(middleX, middleY)] : []),
    svg(
      'text',
      { class: 'label', x: clientX + OUT + 20, y: sentY - 4 },
      svg('tspan', { class: 'letter' }, exchange.letter),
      isNarrow ? '' : `  ${exchange.request}`,
    ),
    ...(exchange.shown === null ? [] : [bead(exchange.shown, clientX + OUT, sentY + 1)]),
  );
}

function answer({ exchange, answeredY, serverX }: PlacedExchange, { clientX, serverX: laneX }: Scene): SVGElement {
  const { answer, letter } = exchange;
  if (answer === null || answer === 'failed' || answeredY === null) return svg('g', {});
  const refused = isRefused(exchange) ? ' refused' : '';
  const from = [serverX - 7, answeredY - FALL] as const;
  const stop = answer.isLost ? 0.6 : 1;
  const to = [from[0] + (clientX - from[0]) * stop, from[1] + FALL * stop] as const;
  const told = answer.isLost ? [to[0] + 20, to[1]] : [clientX - IN, answeredY];
  const mark = answer.told === null ? blank(told[0] ?? 0, told[1] ?? 0) : bead(answer.told, told[0] ?? 0, told[1] ?? 0);
  return svg(
    'g',
    { 'data-answer': letter, class: answer.isLost ? 'is-lost' : '' },
    ...(answer.isLost
      ? [svg('path', { class: 'arrow lost', d: `M${from.join(' ')} ${to.join(' ')}` }), torn(...to)]
      : [arrow(from, to, refused)]),
    svg(
      'text',
      {
        class: `label is-end${isRefused(exchange) ? ' is-refused' : ''}`,
        x: laneX - 16,
        y: answeredY - FALL * 0.9 - 4,
      },
      svg('tspan', { class: 'letter' }, letter),
      `  ${answer.status}${answer.isLost ? ', lost' : ''}`,
    ),
    mark,
  );
}

type Point = readonly [x: number, y: number];

function arrow(from: Point, to: Point, kind: string): SVGElement {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const wing = (turn: number) => `${to[0] - 8 * Math.cos(angle + turn)} ${to[1] - 8 * Math.sin(angle + turn)}`;
  return svg(
    'g',
    {},
    svg('path', { class: `arrow${kind}`, d: `M${from.join(' ')} ${to.join(' ')}` }),
    svg('path', { class: `head${kind}`, d: `M${to.join(' ')} ${wing(0.4)} ${wing(-0.4)}z` }),
  );
}

function bead(number: Bead, x: number, y: number): SVGElement {
  return svg(
    'g',
    { 'data-bead': number },
    svg('circle', { class: `bead bead-${((number - 1) % 8) + 1}`, cx: x, cy: y, r: BEAD }),
    svg('text', { class: 'number', x, y: y + 4 }, String(number)),
  );
}

/** An answer without a token. */
function blank(x: number, y: number): SVGElement {
  return svg('circle', { class: 'blank', cx: x, cy: y, r: BEAD - 2, 'data-bead': 'none' });
}

function cross(x: number, y: number): SVGElement {
  return svg('path', { class: 'cross', d: `M${x - 7} ${y - 7} ${x + 7} ${y + 7}M${x + 7} ${y - 7} ${x - 7} ${y + 7}` });
}

/** Where an answer got lost. */
function torn(x: number, y: number): SVGElement {
  return svg('path', { class: 'torn', d: `M${x + 1} ${y - 7} ${x - 3} ${y + 7}M${x - 4} ${y - 7} ${x - 8} ${y + 7}` });
}

/** Time that is not drawn to scale. */
function pauseOf({ clientX, serverX, isNarrow }: Scene, y: number, ms: number | null): SVGElement {
  const time = ms === null ? '…' : `${(ms / 1000).toFixed(1)} s`;
  const text = isNarrow ? time : `${time} until the batch has closed`;
  const gap = (x: number) => [
    svg('line', { class: 'break-gap', x1: x, y1: y - 6, x2: x, y2: y + 6 }),
    svg('path', { class: 'break', d: `M${x - 6} ${y - 3} ${x + 6} ${y - 9}M${x - 6} ${y + 9} ${x + 6} ${y + 3}` }),
  ];
  return svg(
    'g',
    { 'data-pause': '' },
    ...gap(clientX),
    ...gap(serverX),
    svg('text', { class: 'pause', x: (clientX + serverX) / 2, y: y + 4 }, text),
  );
}
