/**
 * A series of samples in bounded memory, over a time that nobody knows beforehand.
 *
 * 1. Of every `stride` samples, the last is kept; at first, the stride is 1.
 * 2. When `most` are kept, every second is dropped, and the stride doubles.
 *
 * So at least half of `most` samples are kept, evenly among those that were added. The first sample and the last are
 * always among them.
 */
export class Series<Sample> {
  readonly #most: number;
  #first: Sample | undefined;
  #kept: Sample[] = [];
  #last: Sample | undefined;
  #stride = 1;
  /** Samples since the last one that was kept. */
  #since = 0;

  /** @param most samples that are kept, beside the first and the last */
  constructor(most: number) {
    this.#most = most;
  }

  add(sample: Sample): void {
    this.#first ??= sample;
    this.#last = sample;
    if (++this.#since < this.#stride) return;
    this.#since = 0;
    this.#kept.push(sample);
    if (this.#kept.length < this.#most) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 1);
    this.#stride *= 2;
  }

  /** Returns the samples that are kept, in the order in which they were added. */
  samples(): Sample[] {
    return [...new Set([this.#first, ...this.#kept, this.#last])].filter((sample) => sample !== undefined);
  }
}
