import { quantile } from '../measuring/statistics.mjs';

/** Lets a load run and rest, and keeps what happens while a window is open. */
export class Recorder {
  #latencies = [];
  #rotations = 0;
  #notes = [];
  #openedAt = 0;
  #limit = Infinity;
  #tellFull;
  #resume;
  #resumed;
  isOpen = false;

  constructor() {
    this.rest();
  }

  /** Settled while the load may run; loops wait for it before they begin anything. */
  get turn() {
    return this.#resumed;
  }

  run() {
    this.#resume();
  }

  rest() {
    this.#resumed = new Promise((done) => (this.#resume = done));
  }

  /**
   * @param limit - how many requests are enough.
   * @returns a promise that is settled when they have been answered.
   */
  open(limit) {
    [this.#latencies, this.#rotations, this.#notes, this.#limit] = [[], 0, [], limit];
    this.isOpen = true;
    this.#openedAt = performance.now();
    return new Promise((done) => (this.#tellFull = done));
  }

  /** @returns what the window has seen. */
  close() {
    const seconds = (performance.now() - this.#openedAt) / 1000;
    this.isOpen = false;
    return this.#summary(seconds);
  }

  /** @param latency - in ms. */
  record(latency) {
    if (!this.isOpen) return;
    this.#latencies.push(latency);
    if (this.#latencies.length >= this.#limit) this.#tellFull();
  }

  recordRotation() {
    if (this.isOpen) this.#rotations++;
  }

  /** Keeps anything else that is worth telling. */
  note(seen) {
    this.#notes.push(seen);
  }

  #summary(seconds) {
    const requests = this.#latencies.length;
    return {
      requests,
      rate: requests / seconds,
      p50: quantile(this.#latencies, 0.5),
      p99: quantile(this.#latencies, 0.99),
      longest: quantile(this.#latencies, 1),
      rotations: this.#rotations,
      notes: this.#notes,
    };
  }
}
