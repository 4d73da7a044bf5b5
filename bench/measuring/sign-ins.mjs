/** What guarded requests feel of people who sign in meanwhile, and what a full queue answers. */
import { withDatabase } from './databases.mjs';
import { makeLoad, withServer } from './processes.mjs';
import { median } from './statistics.mjs';

const COST = 12;
const PASSWORD = 'correct horse battery staple';

/** Sign-ins that are always in flight. */
const IN_FLIGHT = 16;

/** Guarded requests meanwhile: so many clients, which rest so long between an answer and the next request, in ms. */
const CLIENTS = 8;
const PAUSE = 5;

/** More than the queue has room for, in one rush; what is answered within so many seconds. */
const RUSH = 160;
const RUSH_SECONDS = 2;

/** Measures pairs of a quiet and a busy window on one server, then the rush. */
export async function measureSignIns({ adapter, database }, { rounds, warmUp, seconds }) {
  const spec = { row: 'ours', adapter, database, load: 'rotating', auth: { passwordCost: COST } };
  return await withDatabase(database, (url) =>
    withServer({ ...spec, url }, async (server) => {
      const emails = await server.ask('register', { count: RUSH, password: PASSWORD });
      const accounts = emails.map((email) => ({ email, password: PASSWORD }));
      const task = { port: server.port, seconds };
      const guarded = { ...task, loop: 'alone', options: { pause: PAUSE }, connections: CLIENTS, warmUp };
      const members = await server.ask('signIn', { count: CLIENTS * 2 * rounds });
      const requests = () => makeLoad({ ...guarded, members: members.splice(0, CLIENTS) });
      const signIns = { ...task, loop: 'signIns', members: accounts, connections: IN_FLIGHT };

      const pairs = [];
      for (let round = 0; round < rounds; round++) {
        const quiet = await requests();
        // They begin with the warm-up of the requests, and end after them.
        const meanwhile = makeLoad({ ...signIns, warmUp, seconds: seconds + 1 });
        const [busy, signedIn] = await Promise.all([requests(), meanwhile]);
        pairs.push({ quiet, busy, signInsPerSecond: signedIn.rate });
      }
      const rush = { ...task, loop: 'rush', members: accounts, connections: RUSH, warmUp: 0, seconds: RUSH_SECONDS };
      const { notes } = await makeLoad(rush);
      return summary(pairs, notes);
    }),
  );
}

function summary(pairs, answers) {
  const of = (figure) => median(pairs.map(figure));
  const refused = answers.filter(({ status }) => status === 503);
  return {
    inFlight: IN_FLIGHT,
    cost: COST,
    clients: CLIENTS,
    pause: PAUSE,
    quiet: { p50: of(({ quiet }) => quiet.p50), p99: of(({ quiet }) => quiet.p99) },
    busy: { p50: of(({ busy }) => busy.p50), p99: of(({ busy }) => busy.p99) },
    ratio: of(({ quiet, busy }) => busy.p99 / quiet.p99),
    signInsPerSecond: of(({ signInsPerSecond }) => signInsPerSecond),
    rush: {
      sent: RUSH,
      refused: refused.length,
      retryAfter: refused[0]?.retryAfter ?? null,
      longest: Math.max(0, ...refused.map(({ after }) => after)),
    },
  };
}
