import { killAtEachStep } from './kills.js';
import { ROUNDS } from './rounds.js';

killAtEachStep('postgres', 2 * ROUNDS);
