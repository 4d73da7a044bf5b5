/** `npm run bench:scale`: what becomes of a guarded request when there are many users. See README.md. */
import { parseArgs } from 'node:util';
import { withDatabase } from './measuring/databases.mjs';
import { machine } from './measuring/machine.mjs';
import { withServer } from './measuring/processes.mjs';
import { cleanUpBeside } from './scale/clean-up.mjs';
import { compareLatencies } from './scale/latency.mjs';
import { memoryOver } from './scale/memory.mjs';
import { explain, requestStatements } from './scale/plans.mjs';
import { LiveClients, populate } from './scale/population.mjs';
import { number } from './options.mjs';
import { scaleReport } from './scale/report.mjs';

const USAGE = `npm run bench:scale -- [options]

  --users      users with ten clients each (1000000: takes 10 GB of disk and a quarter of an hour)
  --few        users of the small database that it is compared with (1000)
  --requests   requests over which memory must stay flat (100000)
  --rounds     windows in which few and many users are compared (5)
  --seconds    how long a window takes (5)
  --json       prints all figures`;

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}

const [users, few, requests, rounds, seconds] = ['users', 'few', 'requests', 'rounds', 'seconds'].map((name) =>
  number(name, values[name]),
);
const SPEC = { row: 'ours', adapter: 'fastify', database: 'postgres', load: 'rotating' };

const results = await withPopulation(few, (small) => withPopulation(users, (big) => measureAll(small, big)));
console.log(values.json ? JSON.stringify(results) : scaleReport(await machine(['postgres'], []), results));

/** Calls back with a server over so many users. */
async function withPopulation(size, work) {
  return await withDatabase('postgres', async (url) => {
    // The first start makes the tables.
    await withServer({ ...SPEC, url }, () => undefined);
    console.error(`${size} users with ten clients each …`);
    const bytes = await populate(url, size);
    const clients = new LiveClients(size);
    return await withServer(
      { ...SPEC, url, logsStatements: true },
      (server) => work({ server, port: server.port, clients, url, users: size, bytes }),
      { execArgv: ['--expose-gc'] },
    );
  });
}

async function measureAll(small, big) {
  const window = { rounds, warmUp: 2, seconds };
  console.error('Latency …');
  const latency = await compareLatencies(small, big, window);
  console.error('Plans …');
  const statements = await requestStatements({ ...SPEC, url: big.url }, big.clients);
  const plans = await explain(big.url, statements);
  console.error('Memory …');
  const memory = await memoryOver(requests, big);
  console.error('Clean-up …');
  const cleanUp = await cleanUpBeside(big, big.url, window);
  return { users: big.users, few: small.users, size: big.bytes, latency, plans, memory, cleanUp };
}
