/** `npm run bench`: measures every cell of the plan, round by round, and prints tables with ratios. See README.md. */
import { withCells } from './measuring/cell.mjs';
import { machine } from './measuring/machine.mjs';
import { cellsOf, groupsOf, nameOf } from './measuring/plan.mjs';
import { readmeSection } from './measuring/readme-section.mjs';
import { report, signInReport } from './measuring/report.mjs';
import { Results } from './measuring/results.mjs';
import { measureSignIns } from './measuring/sign-ins.mjs';
import { readOptions, SIGN_INS, USAGE } from './options.mjs';

/** Long enough that a p99 means something; seconds. */
const SIGN_IN_WINDOWS = { rounds: 5, warmUp: 6, seconds: 3 };

const PEERS = ['better-auth', 'passport-jwt', 'express-session', '@fastify/session'];

const options = readOptions(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
  process.exit();
}

const results = await measureCells();
const signIns = options.rows.includes(SIGN_INS) ? await measureAllSignIns() : [];
if (options.json) console.log(JSON.stringify({ results, signIns }));
else await print();

/**
 * Window by window, in turns, every other round backwards: what changes on the machine meanwhile hits all that is compared
 * alike.
 */
async function measureCells() {
  const measured = new Results();
  for (const group of groupsOf(cellsOf(options))) {
    await withCells(group, options, async (cells) => {
      const order = [...group.keys()];
      for (let round = 0; round < options.rounds; round++) {
        for (const index of round % 2 === 0 ? order : order.toReversed()) {
          measured.add(group[index], await cells[index].measure(options.seconds));
        }
      }
    });
    for (const cell of group) {
      const { rate, cpu } = measured.of(cell);
      console.error(`${nameOf(cell)}: ${rate.toFixed(0)}/s, ${cpu.toFixed(0)} µs`);
    }
  }
  return measured;
}

async function measureAllSignIns() {
  const measured = [];
  const windows = options.quick ? options : SIGN_IN_WINDOWS;
  for (const database of options.databases) {
    const platform = { adapter: options.adapters[0], database };
    console.error(`${SIGN_INS} ${platform.adapter} ${database}`);
    measured.push({ platform, result: await measureSignIns(platform, windows) });
  }
  return measured;
}

async function print() {
  const tables = options.markdown
    ? [readmeSection(results, signIns, options)]
    : [report(results, options), signInReport(signIns)];
  console.log([await machine(options.databases, PEERS), ...tables].filter((part) => part !== '').join('\n\n'));
}
