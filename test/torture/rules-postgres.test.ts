import { ROUNDS } from './rounds.js';
import { everyFifth, walkTogether } from './rules.js';

walkTogether('postgres', everyFifth(0), Math.ceil(ROUNDS / 2));
