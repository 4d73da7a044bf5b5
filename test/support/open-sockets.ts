import type { IncomingMessage } from 'node:http';
import { ModulesContainer } from '@nestjs/core';
import { Inject, UseGuards, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CurrentUser, RequestAuthenticator, TokenAuthGuard, type AnyUser } from 'nestjs-token-auth';
import type { WebSocket } from 'ws';
import { TestApp, type AppOptions, type Platform } from './app.js';

/** What the module knows of open sockets; it is not exported. */
export interface OpenSockets {
  readonly size: number;
  checkAll(): Promise<void>;
  /** With as much of a session as is needed. */
  add(socket: object, session: object): void;
}

export function openSocketsOf(app: TestApp): OpenSockets {
  return partOf(app, 'OpenSockets') as OpenSockets;
}

/** Where the module counts what ends clients. */
export function storeOf(app: TestApp): { readonly disturbances: number } {
  return partOf(app, 'TokenStore') as { readonly disturbances: number };
}

function partOf(app: TestApp, name: string): unknown {
  for (const module of app.nest.get(ModulesContainer).values()) {
    for (const [token, { instance }] of module.providers) {
      if ((token as Type).name === name) return instance;
    }
  }
  throw new Error(`The module has no ${name}.`);
}

/** Binds sockets to their handshakes. */
@WebSocketGateway({ path: '/live' })
export class LiveGateway implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    await this.requests.authenticateHandshake(socket, request);
  }

  @SubscribeMessage('me')
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: AnyUser) {
    return { event: 'me', data: user.uid };
  }
}

export async function startLive(platform: Platform, options: AppOptions = {}): Promise<TestApp> {
  return await TestApp.start(platform, {
    ...options,
    providers: [LiveGateway, ...(options.providers ?? [])],
    configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
  });
}
