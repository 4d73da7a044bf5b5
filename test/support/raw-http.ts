import { connect } from 'node:net';

/** The head and body of a response, as they came. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends header lines as they are, also such that no client library would let pass. The lines are Latin-1. */
export async function sendRaw(
  url: string,
  path: string,
  lines: readonly string[],
  method = 'GET',
  host = new URL(url).hostname,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const request = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', ''].join('\r\n');
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const finish = () => {
      const [head = '', ...body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
      if (Number.isNaN(status)) reject(new Error(`Not an HTTP response: ${head}`));
      else resolve({ status, head, body: body.join('\r\n\r\n') });
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', finish);
    // A server that refuses a request early may close before everything has been sent.
    socket.on('error', (error) => (chunks.length > 0 ? finish() : reject(error)));
    // Not `end`: a half-closed socket looks like a peer that has gone away.
    socket.write(request, 'latin1');
  });
}
