import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { DATABASES } from '../support/databases.js';
import { AccountLab } from './account-lab.js';
import { linkRaces } from './accounts/links.js';
import { lockRaces } from './accounts/locks.js';
import { passwordChangeRaces } from './accounts/password-changes.js';
import { resetRaces } from './accounts/resets.js';
import { signUpRaces } from './accounts/sign-ups.js';
import { PATIENCE } from './race-client.js';

// One cluster for all of them: to start one takes longer than most of the races.
describe.for([...DATABASES])('accounts at four processes at once (%s)', { timeout: PATIENCE }, (kind) => {
  const lab = new AccountLab(kind);
  beforeAll(() => lab.open());
  afterAll(() => lab.close());
  afterEach(() => lab.cluster.expectNoTroubles());

  describe('resets', () => {
    resetRaces(lab);
  });
  describe('password changes', () => {
    passwordChangeRaces(lab);
  });
  describe('sign-ups and new addresses', () => {
    signUpRaces(lab);
  });
  describe('locks', () => {
    lockRaces(lab);
  });
  describe('links', () => {
    linkRaces(lab);
  });
});
