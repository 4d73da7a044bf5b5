import { bare } from './bare.mjs';
import { betterAuth } from './better-auth.mjs';
import { floor } from './floor.mjs';
import { ours } from './ours.mjs';
import { passportJwt } from './passport-jwt.mjs';
import { sessionStore } from './session-store.mjs';

/** How each row's server starts; it gives its port and signs clients in, each given as the headers that it sends. */
export const ROWS = {
  bare,
  floor,
  'floor-interceptor': (spec) => floor({ ...spec, isIntercepted: true }),
  ours,
  'better-auth': betterAuth,
  'passport-jwt': passportJwt,
  'passport-jwt-key': passportJwt,
  'session-store': sessionStore,
};
