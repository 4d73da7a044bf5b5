import { killAtEachStep } from './kills.js';
import { ROUNDS } from './rounds.js';

killAtEachStep('sqlite', 2 * ROUNDS);
