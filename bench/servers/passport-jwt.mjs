/**
 * passport with JWT: HS256, no database, the user is what the token says. Once as Nest's documentation sets it up, with the
 * secret as text, and once with the secret as a KeyObject, which is made once.
 */
import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import jwt from 'jsonwebtoken';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { RequestUser, startApp } from './nest.mjs';

const SECRET = 'a secret of the benchmark alone, and long enough';

export async function passportJwt({ adapter, row }) {
  const secretOrKey = row === 'passport-jwt-key' ? createSecretKey(SECRET, 'utf8') : SECRET;

  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), ignoreExpiration: false, secretOrKey });
    }

    validate({ sub, email }) {
      return { id: sub, email };
    }
  }
  Injectable()(JwtStrategy);

  const { port } = await startApp({
    adapter,
    guard: AuthGuard('jwt'),
    user: RequestUser,
    imports: [PassportModule],
    providers: [JwtStrategy],
  });
  return { port, signIn: (count) => Array.from({ length: count }, (_, index) => clientOf(index)) };
}

function clientOf(index) {
  const token = jwt.sign({ sub: index, email: `user${index}@example.com` }, SECRET, { expiresIn: '2 weeks' });
  return { authorization: `Bearer ${token}` };
}
