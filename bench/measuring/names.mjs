/** What rows, loads and platforms are called in tables. */

export const ROWS = {
  bare: 'bare handler',
  floor: 'the floor',
  'floor-interceptor': 'the floor behind an interceptor',
  ours: 'nestjs-token-auth',
  'better-auth': 'better-auth',
  'passport-jwt': 'passport with JWT',
  'passport-jwt-key': 'passport with JWT, the secret as a KeyObject',
  'session-store': 'session store',
};
export const LOADS = {
  rotating: 'rotating at every request',
  batches: 'batches of eight',
  bursts: 'eight at once',
  off: 'rotation off',
};
const PLATFORMS = { fastify: 'Fastify', express: 'Express', sqlite: 'SQLite', postgres: 'PostgreSQL' };

export function placeOf({ adapter, database }) {
  return `${PLATFORMS[adapter]}, ${PLATFORMS[database]}`;
}
