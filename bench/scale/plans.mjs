/** Which statements a guarded request makes PostgreSQL run, and how it finds the rows for them. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from '../load/client.mjs';
import { HttpConnection } from '../load/http-connection.mjs';
import { BUFFER } from '../measuring/loads.mjs';
import { withServer } from '../measuring/processes.mjs';

/** The statements of all that a request can be: leader, member, late member, lost race, and "last used" without rotation. */
export async function requestStatements(spec, clients) {
  const statements = new Map();
  for (const load of ['bursts', 'off']) {
    await withServer({ ...spec, load, logsStatements: true }, async (server) => {
      // What a first request sets up is not what every request runs.
      await exchange(server.port, clients.take(1)[0]);
      await server.ask('statements');
      await exchange(server.port, clients.take(1)[0]);
      for (const statement of await server.ask('statements')) statements.set(statement.text, statement);
    });
  }
  return [...statements.values()];
}

/** Two at once, then a late member of their batch, which shows the token that was replaced. */
async function exchange(port, headers) {
  const connections = [await HttpConnection.open(port), await HttpConnection.open(port)];
  const { request } = new Client(headers);
  await Promise.all(connections.map((connection) => connection.send(request)));
  await sleep(BUFFER / 2);
  await connections[0].send(request);
  for (const connection of connections) connection.close();
}

/** The plan of each statement, in one line, and whether it reads a table from end to end. */
export async function explain(url, statements) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const plans = [];
    for (const { text, values } of statements) {
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
      const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan);
      plans.push({ text, nodes: nodes.map(describe), isScan: nodes.some((node) => node['Node Type'] === 'Seq Scan') });
    }
    return plans;
  } finally {
    await client.end();
  }
}

function nodesOf(plan) {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function describe({ 'Node Type': type, 'Index Name': index, 'Relation Name': relation }) {
  return [type, index && `by ${index}`, relation && `on ${relation}`].filter(Boolean).join(' ');
}
