import { nameOf } from './plan.mjs';
import { median } from './statistics.mjs';

/** What the rounds have measured, by cell. Ratios are taken within each round, so that noise hits both sides alike. */
export class Results {
  #rounds = new Map();

  add(cell, measured) {
    const name = nameOf(cell);
    this.#rounds.set(name, [...(this.#rounds.get(name) ?? []), measured]);
  }

  has(cell) {
    return this.#rounds.has(nameOf(cell));
  }

  /** The median over the rounds of what was measured: `rate` per second, `p50` and `p99` in ms, `cpu` in µs per request. */
  of(cell) {
    const rounds = this.#rounds.get(nameOf(cell));
    const figures = Object.keys(rounds[0]);
    return Object.fromEntries(figures.map((figure) => [figure, median(rounds.map((round) => round[figure]))]));
  }

  /** The median over the rounds of one cell's figure divided by another's; undefined where either was not measured. */
  ratio(figure, above, below) {
    const [some, others] = [this.#rounds.get(nameOf(above)), this.#rounds.get(nameOf(below))];
    if (some === undefined || others === undefined) return undefined;
    return median(some.map((round, index) => round[figure] / others[index][figure]));
  }

  toJSON() {
    return Object.fromEntries(this.#rounds);
  }
}
