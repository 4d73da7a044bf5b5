import { killAtEachStep } from './kills.js';
import { ROUNDS } from './rounds.js';

killAtEachStep('mysql', 2 * ROUNDS);
