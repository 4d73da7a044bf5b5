import { parseArgs } from 'node:util';
import { ADAPTERS, DATABASES, LOAD_NAMES, ROW_NAMES } from './measuring/plan.mjs';

export const SIGN_INS = 'sign-ins';

export const USAGE = `npm run bench -- [options]

  --only       rows, separated by commas: ${[...ROW_NAMES, SIGN_INS].join(',')}
  --adapter    ${ADAPTERS.join(',')}
  --database   ${DATABASES.join(',')}
  --load       ${LOAD_NAMES.join(',')}
  --rounds     how often everything but the sign-ins is measured (15)
  --seconds    how long each measurement takes (1)
  --warm-up    how long servers are warmed up, in seconds (8)
  --quick      one short round on Fastify, to see that it works
  --markdown   prints the tables of the README's section "How fast"
  --json       prints every figure of every round`;

/** The options of the command line; throws where one is none. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      adapter: { type: 'string' },
      database: { type: 'string' },
      load: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  return {
    rows: choice('only', values.only, [...ROW_NAMES, SIGN_INS]),
    adapters: choice('adapter', values.adapter ?? (quick ? 'fastify' : undefined), ADAPTERS),
    databases: choice('database', values.database, DATABASES),
    loads: choice('load', values.load, LOAD_NAMES),
    rounds: number('rounds', values.rounds ?? (quick ? '1' : '15')),
    seconds: number('seconds', values.seconds ?? (quick ? '0.5' : '1')),
    warmUp: number('warm-up', values['warm-up'] ?? (quick ? '0.5' : '8')),
    connections: 16,
    markdown: values.markdown,
    json: values.json,
    help: values.help,
  };
}

function choice(name, given, known) {
  const chosen = given?.split(',') ?? known;
  const unknown = chosen.find((each) => !known.includes(each));
  if (unknown !== undefined) throw new Error(`--${name}: "${unknown}" is none of ${known.join(', ')}.`);
  return chosen;
}

/** The number that an option gives; throws where it is none above 0. */
export function number(name, given) {
  const value = Number(given);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0.`);
  return value;
}
