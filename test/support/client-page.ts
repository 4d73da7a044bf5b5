import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { root } from './examples.js';

/** The headers of answers that pages of other origins have to read. */
const EXPOSED = ['access-token', 'token-type', 'client', 'expiry', 'uid'];

/** Serves a page that has a client of the API at the URL in its query, from the built package's own files. */
export class ClientPage {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async serve(api: string): Promise<ClientPage> {
    const server = createServer(({ url = '/' }, response) => {
      const [, file] = /^\/client\/([\w/-]+\.js)$/.exec(url) ?? [];
      if (file === undefined) return response.writeHead(200, { 'content-type': 'text/html' }).end(pageFor(api));
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(join(root, 'dist/client', file)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClientPage(server, (server.address() as AddressInfo).port);
  }

  get origin(): string {
    return `http://app.localhost:${this.port}`;
  }

  /** Lets the page in. */
  allow(nest: INestApplication): void {
    nest.enableCors({ origin: this.origin, exposedHeaders: EXPOSED, methods: 'GET,POST,PUT,DELETE' });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** `changes` holds what the client has told; `ready` is set once it is there. */
function pageFor(api: string): string {
  return `<!doctype html><title>client</title><link rel="icon" href="data:,"><script type="module">
    import { createTokenAuthClient } from '/client/index.js';
    window.arrivedAt = location.href;
    window.client = createTokenAuthClient({ baseUrl: ${JSON.stringify(api)} });
    window.changes = [];
    client.onChange(({ kind, reason, user }) => changes.push([kind, reason ?? null, user?.email ?? null]));
    window.ask = (...all) => client.fetch(...all).then((response) => response.status, (error) => error.name);
  </script>`;
}
