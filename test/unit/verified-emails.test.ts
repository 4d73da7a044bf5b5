import { oidcProvider } from 'nestjs-token-auth';
import { expect, it } from 'vitest';

const OPTIONS = { issuer: 'https://id.example.com', clientId: 'shop', clientSecret: 'a secret' };

async function isVerified(isEmailVerified: unknown): Promise<boolean> {
  const provider = oidcProvider({ ...OPTIONS, isEmailVerified: isEmailVerified as () => boolean });
  const identity = await provider.identify({
    idToken: { sub: 'ada', email: 'ada@example.com', email_verified: true },
    userinfo: async () => ({}),
    resource: async () => ({}),
    parameter: () => null,
  });
  return identity.emailVerified;
}

it('an address is verified by nothing but a true', async () => {
  expect(await isVerified(() => true)).toBe(true);
  // A promise of a no is not one either.
  for (const answer of [false, undefined, 'no', 1, {}, Promise.resolve(false), Promise.resolve(true)]) {
    expect(await isVerified(() => answer)).toBe(false);
  }
});
