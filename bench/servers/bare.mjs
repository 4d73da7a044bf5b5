import { startApp } from './nest.mjs';

/** No guard at all: what Nest and the platform cost. */
export async function bare({ adapter }) {
  const { port } = await startApp({ adapter });
  return { port, signIn: (count) => Array.from({ length: count }, () => ({})) };
}
