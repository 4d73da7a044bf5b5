import { ROUNDS } from './rounds.js';
import { SETUPS, walkTogether } from './rules.js';

walkTogether('sqlite', SETUPS, ROUNDS);
