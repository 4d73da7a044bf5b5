// A client with an event loop of its own: what the server does after an answer must not keep it from reading that answer.
import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

parentPort.on('message', async ({ url, method, headers, body }) => {
  const begin = performance.now();
  const response = await new Promise((resolve, reject) => {
    request(url, { agent, method, headers }, resolve).on('error', reject).end(body);
  });
  for await (const _chunk of response);
  parentPort.postMessage({ ms: performance.now() - begin, status: response.statusCode });
});
