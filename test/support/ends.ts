import { TokenService, type SocketEndReason } from 'nestjs-token-auth';
import { User, type TestApp } from './app.js';
import { FROM_ELSEWHERE, ProtocolClient, sendJson } from './client.js';
import { idOf } from './visits.js';

/** A client that is to end, and another one of its user. Two are the most that the application allows. */
export interface Scene {
  readonly app: TestApp;
  readonly user: User;
  readonly mine: ProtocolClient;
  readonly other: ProtocolClient;
  /** A client of somebody else, which stays. */
  readonly stranger: ProtocolClient;
}

export async function sceneOf(app: TestApp): Promise<Scene> {
  const user = await app.user();
  const mine = await ProtocolClient.signedIn(app, user);
  const other = await ProtocolClient.signedIn(app, user);
  return { app, user, mine, other, stranger: await ProtocolClient.signedIn(app) };
}

/** A way in which a client ends. */
export interface End {
  readonly end: (scene: Scene) => Promise<unknown>;
  readonly reason: SocketEndReason;
  /** Whether the other client ends too. */
  readonly endsOther: boolean;
}

const DELETE = { method: 'DELETE' };

/** Ends that the application's own process brings about. */
export const AT_ONCE: [string, End][] = [
  [
    'revoked by the application',
    {
      end: async ({ app, user, mine }) => app.nest.get(TokenService).revoke(user, await idOf(app, mine)),
      reason: 'revoked',
      endsOther: false,
    },
  ],
  [
    'ended in the list of clients',
    {
      end: async ({ app, mine, other }) => other.go(`/auth/clients/${await idOf(app, mine)}`, DELETE),
      reason: 'revoked',
      endsOther: false,
    },
  ],
  [
    'ended with all others',
    { end: ({ other }) => other.go('/auth/clients', DELETE), reason: 'revoked', endsOther: false },
  ],
  [
    'revoked with all clients',
    { end: ({ app, user }) => app.nest.get(TokenService).revokeAll(user), reason: 'revoked', endsOther: true },
  ],
  [
    'ended by a new password',
    {
      end: ({ app, other }) => {
        const body = { password: 'battery staple', password_confirmation: 'battery staple' };
        return sendJson(`${app.url}/auth`, 'PUT', body, other.headers);
      },
      reason: 'password_changed',
      endsOther: false,
    },
  ],
  ['signed out', { end: ({ mine }) => mine.go('/auth/sign_out', DELETE), reason: 'signed_out', endsOther: false }],
  [
    'signed out in the list of clients',
    {
      end: async ({ app, mine }) => mine.go(`/auth/clients/${await idOf(app, mine)}`, DELETE),
      reason: 'signed_out',
      endsOther: false,
    },
  ],
  [
    'evicted by a sign-in',
    {
      end: async ({ app, user, other }) => {
        app.clock.advance('1 hour');
        await other.go('/auth/validate_token');
        await app.nest.get(TokenService).issue(user);
      },
      reason: 'evicted',
      endsOther: false,
    },
  ],
  [
    'ended by the reuse of its token',
    {
      end: async ({ app, mine }) => {
        const { token } = mine;
        for (let round = 0; round < 2; round++) {
          await mine.go('/auth/validate_token');
          app.clock.advance('10s');
        }
        await mine.show(token, '/auth/validate_token', FROM_ELSEWHERE);
      },
      reason: 'token_reused',
      endsOther: false,
    },
  ],
  [
    'deleted with its account',
    { end: ({ other }) => other.go('/auth', DELETE), reason: 'account_deleted', endsOther: true },
  ],
];

/** Ends that it does not see happen, as those that other processes bring about. */
export const LATER: [string, End][] = [
  [
    'deleted by somebody else',
    {
      end: ({ app, mine }) => {
        const client = mine.headers['client'];
        return app.dataSource.createQueryBuilder().delete().from('user_auth_token').where({ client }).execute();
      },
      reason: 'unknown',
      endsOther: false,
    },
  ],
  [
    'expired',
    {
      end: async ({ app, mine }) => {
        const query = app.dataSource.createQueryBuilder().update('user_auth_token').set({ lifespan: 5000 });
        await query.where({ client: mine.headers['client'] }).execute();
        app.clock.advance('6s');
      },
      reason: 'expired',
      endsOther: false,
    },
  ],
  [
    'deleted with its user',
    {
      end: ({ app, user }) => app.dataSource.getRepository(User).delete(user.id),
      reason: 'unknown',
      endsOther: true,
    },
  ],
  [
    'ended with its epoch',
    {
      end: ({ app, user }) => app.dataSource.getRepository(User).update(user.id, { authEpoch: 7 }),
      reason: 'unknown',
      endsOther: true,
    },
  ],
];
