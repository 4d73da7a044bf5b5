import { afterAll } from 'vitest';
import { watch } from './secret-watch.js';

// Once for every test file: whatever was said, thrown or stored in it holds no secret.
afterAll(() => {
  const findings = watch.findings();
  if (findings.length > 0) throw new Error(`Secrets have come out: ${findings.join(', ')}.`);
});
