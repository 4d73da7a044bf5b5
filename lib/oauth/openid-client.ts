/** The package that does the protocol's work; an optional peer, whose types applications without it do not have. */
export type OpenidClient = typeof import('openid-client');

/** @throws Error that says what to install, where the package is missing. */
export async function loadOpenidClient(): Promise<OpenidClient> {
  try {
    return await import('openid-client');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('TokenAuthModule signs in by oauth with a package that is missing: npm install openid-client');
  }
}
