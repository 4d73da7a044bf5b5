import { ROUNDS } from './rounds.js';
import { everyFifth, walkTogether } from './rules.js';

walkTogether('mysql', everyFifth(3), Math.ceil(ROUNDS / 2));
