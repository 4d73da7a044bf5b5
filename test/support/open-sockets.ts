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
  for (const module of app.nest.get(ModulesContainer).values()) {
    for (const [token, { instance }] of module.providers) {
      if ((token as Type).name === 'OpenSockets') return instance as OpenSockets;
    }
  }
  throw new Error('The module has no OpenSockets.');
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
