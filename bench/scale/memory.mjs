import { makeLoad } from '../measuring/processes.mjs';

/** How often memory is looked at. */
const LOOKS = 10;

const CONNECTIONS = 16;

/** What stays in memory of so many guarded requests, after a tenth as many to warm up; bytes. */
export async function memoryOver(requests, { server, port, clients }) {
  const part = Math.ceil(requests / LOOKS);
  const run = () =>
    makeLoad({
      port,
      warmUp: 0,
      seconds: 3600,
      requests: part,
      connections: CONNECTIONS,
      members: clients.take(CONNECTIONS * 10),
      loop: 'alone',
    });
  await run();
  const looks = [await server.ask('retained')];
  for (let look = 0; look < LOOKS; look++) {
    await run();
    looks.push(await server.ask('retained'));
  }
  return {
    requests: part * LOOKS,
    looks,
    slope: {
      rss: slopeOf(looks.map(({ rss }) => rss)) / part,
      heapUsed: slopeOf(looks.map(({ heapUsed }) => heapUsed)) / part,
    },
  };
}

/** The slope of the straight line that lies closest (least squares), per step. */
function slopeOf(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, step) => sum + (step - middle) * (value - mean), 0);
  return covariance / values.reduce((sum, _, step) => sum + (step - middle) ** 2, 0);
}
