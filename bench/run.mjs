/** `npm run bench`: measures every cell of the plan, round by round, and prints tables with ratios. See README.md. */
import { measure } from './measuring/cell.mjs';
import { machine } from './measuring/machine.mjs';
import { cellsOf, inOrder, nameOf } from './measuring/plan.mjs';
import { readmeSection } from './measuring/readme-section.mjs';
import { report, signInReport } from './measuring/report.mjs';
import { Results } from './measuring/results.mjs';
import { measureSignIns } from './measuring/sign-ins.mjs';
import { readOptions, SIGN_INS, USAGE } from './options.mjs';

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

/** Round by round, every other one backwards: what changes on the machine meanwhile hits all rows alike. */
async function measureCells() {
  const measured = new Results();
  const cells = inOrder(cellsOf(options));
  for (let round = 0; round < options.rounds; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) {
      const figures = await measure(cell, options);
      measured.add(cell, figures);
      const { rate, cpu } = figures;
      console.error(`${round + 1}/${options.rounds} ${nameOf(cell)}: ${rate.toFixed(0)}/s, ${cpu.toFixed(0)} µs`);
    }
  }
  return measured;
}

async function measureAllSignIns() {
  const measured = [];
  for (const database of options.databases) {
    const platform = { adapter: options.adapters[0], database };
    console.error(`${SIGN_INS} ${platform.adapter} ${database}`);
    measured.push({ platform, result: await measureSignIns(platform, options) });
  }
  return measured;
}

async function print() {
  const tables = options.markdown
    ? [readmeSection(results, signIns, options)]
    : [report(results, options), signInReport(signIns)];
  console.log([await machine(options.databases, PEERS), ...tables].filter((part) => part !== '').join('\n\n'));
}
