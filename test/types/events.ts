import { TokenAuthEvents, type AuthClient, type TokenAuthUser, type UserId } from 'nestjs-token-auth';

/** What compiles, and what must not. Nothing here runs. */
export function listen(events: TokenAuthEvents): void {
  events
    .on('user.signed_in', ({ user, client, method, origin }) => {
      const known: TokenAuthUser<UserId> = user;
      const from: string | null = origin.ip;
      const by: 'password' | 'sign_up' | 'oauth' | 'password_reset' | 'reset_link' | 'application' = method;
      const { id }: AuthClient = client;
      return [known, from, by, id];
    })
    .on('user.sign_in_failed', async ({ user, email }) => {
      const nobody: null | TokenAuthUser<UserId> = user;
      const typed: string | null = email;
      return [nobody, typed];
    });
  events.on('client.ended', ({ clientIds }) => clientIds?.map((id) => id.length));

  // @ts-expect-error: there is no such event
  events.on('user.signed_inn', () => undefined);
  // @ts-expect-error: nobody has signed in
  events.on('user.sign_in_failed', ({ user }) => user.id);
  // @ts-expect-error: a rotation has no method
  events.on('token.rotated', ({ method }) => method);
  // @ts-expect-error: nobody else may change the list
  events.on('client.ended', ({ clientIds }) => clientIds?.push(''));
  // @ts-expect-error: another event's payload
  events.on('user.deleted', (payload: { client: AuthClient }) => payload.client);
}
