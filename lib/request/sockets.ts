import type { SocketEndReason } from '../options/carrier.options.js';

/** The code by which sockets of clients that have ended are closed. It keeps clients of graphql-ws from trying again. */
const UNAUTHORIZED = 4401;

type Once = (event: string, listener: () => void) => unknown;

/** A socket that tells when it is over. */
export interface WatchedSocket {
  readonly once: Once;
  /** As `ws` has it: 3 is closed. */
  readonly readyState?: unknown;
}

/** What Socket.IO has instead, beside the connection that all namespaces of a client share. */
interface SocketIoSocket extends WatchedSocket {
  readonly conn: WatchedSocket;
  emit(event: string, data: object): unknown;
  disconnect(close: boolean): unknown;
}

/** Whether it can be told when the socket is over. Others must not be remembered: nobody would know when to forget them. */
export function isWatched(socket: object): socket is WatchedSocket {
  return typeof (socket as Partial<WatchedSocket>).once === 'function';
}

function isSocketIo(socket: object): socket is SocketIoSocket {
  const { conn, disconnect } = socket as Partial<SocketIoSocket>;
  return typeof conn === 'object' && typeof disconnect === 'function';
}

export function isOver(socket: WatchedSocket): boolean {
  const { readyState } = isSocketIo(socket) ? socket.conn : socket;
  return readyState === 3 || readyState === 'closed';
}

/** Calls back, at least once, when the socket is over. */
export function onceOver(socket: WatchedSocket, callback: () => void): void {
  if (!isSocketIo(socket)) {
    socket.once('close', callback);
    return;
  }
  // Not 'close', which a message of the peer could be called. A socket that a middleware refuses does not disconnect.
  socket.once('disconnect', callback);
  socket.conn.once('close', callback);
}

/** Tells the peer that its session has ended, and closes. */
export function closeSocket(socket: object, reason: SocketEndReason): void {
  if (isSocketIo(socket)) {
    socket.emit('session_ended', { reason });
    socket.disconnect(true);
  } else {
    (socket as { close?: (code: number, text: string) => void }).close?.(UNAUTHORIZED, 'Your session has ended.');
  }
}
