import { quantile } from '../measuring/statistics.mjs';

/** Keeps what happens while its window is open. */
export class Recorder {
  #latencies = [];
  #rotations = 0;
  #notes = [];
  #openedAt = null;
  #seconds = 0;
  #limit;
  #tellFull;
  isOver = false;
  /** Settled when as many requests have been answered as were asked for. */
  full = new Promise((done) => (this.#tellFull = done));

  /** @param limit - how many requests are enough. */
  constructor(limit) {
    this.#limit = limit;
  }

  get isOpen() {
    return this.#openedAt !== null && !this.isOver;
  }

  open() {
    this.#openedAt = performance.now();
  }

  close() {
    this.#seconds = (performance.now() - this.#openedAt) / 1000;
    this.isOver = true;
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

  summary() {
    const requests = this.#latencies.length;
    return {
      requests,
      rate: requests / this.#seconds,
      p50: quantile(this.#latencies, 0.5),
      p99: quantile(this.#latencies, 0.99),
      longest: quantile(this.#latencies, 1),
      rotations: this.#rotations,
      notes: this.#notes,
    };
  }
}
