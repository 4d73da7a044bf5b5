/** passport with JWT as Nest's documentation sets it up: HS256, no database, the user is what the token says. */
import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import jwt from 'jsonwebtoken';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { RequestUser, startApp } from './nest.mjs';

const SECRET = 'a secret of the benchmark alone, and long enough';

class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), ignoreExpiration: false, secretOrKey: SECRET });
  }

  validate({ sub, email }) {
    return { id: sub, email };
  }
}

Injectable()(JwtStrategy);

export async function passportJwt({ adapter }) {
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
