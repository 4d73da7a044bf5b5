import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What clients of the protocol do: they open the provider's page in a window, ask it for the credentials again and again, and
 * take them from whatever message says that it brings them. They look at no origin.
 */
const SCRIPT = `
  window.received = [];
  window.addEventListener('message', function (event) {
    window.received.push(event.data);
    if (event.data.message === 'deliverCredentials' || event.data.message === 'authFailure') {
      clearInterval(window.timer);
      document.title = event.data.message;
    }
  });
  window.authenticate = function (url) {
    window.popup = window.open(url, '_blank', 'width=500,height=500');
    window.timer = setInterval(function () { window.popup.postMessage('requestCredentials', '*'); }, 20);
  };
  window.validate = async function (api, credentials) {
    var response = await fetch(api + '/validate_token', { headers: {
      'access-token': credentials.auth_token, client: credentials.client_id, uid: credentials.uid,
    } });
    return { status: response.status, body: await response.json() };
  };
`;

/** Serves the page of an application that signs in by providers. Under any name that ends in `.localhost`. */
export class OpenerPage {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async serve(): Promise<OpenerPage> {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script>${SCRIPT}</script>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OpenerPage(server, (server.address() as AddressInfo).port);
  }

  at(name: string): string {
    return `http://${name}.localhost:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A port that is free at the moment, for an application that has to know its URL before it starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
