import { createTokenAuthClient, memoryStorage, TokenAuthError, type TokenAuthClient } from 'nestjs-token-auth/client';

const client: TokenAuthClient<{ email: string }> = createTokenAuthClient({
  baseUrl: 'https://api.example.com',
  storage: memoryStorage(),
  fetch: () => Promise.resolve(Response.json({ errors: ['No.'], code: 'bad_credentials' }, { status: 401 })),
});

client.signIn({ email: 'ada@example.com', password: 'correct horse' }).then(
  () => {
    throw new Error('Nobody should be signed in.');
  },
  (error: unknown) => {
    if (!(error instanceof TokenAuthError) || error.code !== 'bad_credentials' || client.isSignedIn) throw error;
    console.log(`The client says: ${error.message}`);
  },
);
