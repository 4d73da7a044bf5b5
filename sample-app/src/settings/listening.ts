import { once } from 'node:events';
import { createServer, isIPv6, type AddressInfo } from 'node:net';

/** All addresses of the machine; it reaches itself by the second one. */
const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** What calls from this machine begin with. */
export function originAt(host: string, port: number): string {
  const address = ANY[host] ?? host;
  return new URL(`http://${isIPv6(address) ? `[${address}]` : address}:${port}`).origin;
}

/** A port to listen on. Found before the application is built, because the links in its mails name it. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
