/** Keeps the latencies of the requests that are answered while its window is open. */
export class Recorder {
  #latencies = [];
  #openedAt = null;
  #seconds = 0;
  isOver = false;

  open() {
    this.#openedAt = performance.now();
  }

  close() {
    this.#seconds = (performance.now() - this.#openedAt) / 1000;
    this.isOver = true;
  }

  /** @param latency - in ms. */
  record(latency) {
    if (this.#openedAt !== null && !this.isOver) this.#latencies.push(latency);
  }

  summary() {
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return {
      requests: sorted.length,
      rate: sorted.length / this.#seconds,
      p50: quantile(0.5),
      p99: quantile(0.99),
      longest: sorted.at(-1),
    };
  }
}
