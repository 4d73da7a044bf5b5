/** `npm run bench`: measures every cell of the plan, round by round, and prints tables with ratios. See README.md. */
import { measure } from './measuring/cell.mjs';
import { cellsOf, nameOf } from './measuring/plan.mjs';
import { report } from './measuring/report.mjs';
import { Results } from './measuring/results.mjs';
import { readOptions, USAGE } from './options.mjs';

const options = readOptions(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
  process.exit();
}

const results = await measureAll();
if (options.json) console.log(JSON.stringify(results));
else console.log(report(results, options));

/** Round by round, every other one backwards: what changes on the machine meanwhile hits all rows alike. */
async function measureAll() {
  const results = new Results();
  const cells = cellsOf(options);
  for (let round = 0; round < options.rounds; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) {
      const measured = await measure(cell, options);
      results.add(cell, measured);
      const { rate, cpu } = measured;
      console.error(`${round + 1}/${options.rounds} ${nameOf(cell)}: ${rate.toFixed(0)}/s, ${cpu.toFixed(0)} µs`);
    }
  }
  return results;
}
