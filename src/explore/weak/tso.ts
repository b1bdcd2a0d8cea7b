/**
 * Total store order, the model of x86: a thread's plain stores wait in a buffer, and reach the memory later, in order.
 * The thread's own loads see them at once.
 *
 * Here stores reach the memory at once, and loads look back instead. The result is the same: if a thread's
 * store is still in its buffer when the thread loads, the load sees the memory of a time before that store.
 *
 * 1. Each thread has a time, the number of the newest store that its loads must have seen.
 * 2. A load may see the memory of any time from its thread's time up to the thread's last plain store. At a later time
 *    the buffer is empty, and the load could have been scheduled then.
 * 3. The thread's own stores after that time are in its buffer, so it sees them.
 * 4. A load moves its thread's time to the time at which its value was stored.
 * 5. Atomics, except loads, empty the buffer: the thread's time is now. An atomic load is an ordinary load on x86.
 *
 * Source: Sewell and others, "x86-TSO: a rigorous and usable programmer's model for x86 multiprocessors", CACM 2010.
 */
import { DEPTH } from './records.ts';
import { byteOf, WeakMemory, type Choose } from './weak-memory.ts';

export class TsoMemory extends WeakMemory {
  /** By thread: number of the newest store that its loads must have seen. */
  readonly #time: Int32Array;
  /** By thread: number of its last plain store. */
  readonly #buffered: Int32Array;
  /** By option of a load: what it returns, and the thread's time after it. */
  readonly #values: number[] = [];
  readonly #times = new Int32Array(2 * DEPTH + 2);
  /** Times at which the bytes of a load changed, the newest first. */
  readonly #changes: number[] = [];

  constructor(threads: number, m: Int32Array, choose: Choose) {
    super(threads, m, choose);
    this.#time = new Int32Array(threads);
    this.#buffered = new Int32Array(threads);
  }

  override begin(): void {
    super.begin();
    this.#time.fill(0);
    this.#buffered.fill(0);
  }

  load(word: number, newest: number): number {
    const { records, thread } = this;
    const time = this.#time[thread];
    const buffered = this.#buffered[thread];
    if (buffered <= time) {
      this.#empty();
      return newest;
    }
    const history = records.historyOf(word);
    if (records.mixed[history] === 1) return this.#loadWord(word, newest);
    const ages = this.mayPass(history) ? records.countOf(history) : 1;
    let count = 0;
    for (let age = 0; age < ages; age++) {
      const record = records.at(history, age);
      const order = records.order[record];
      const isForwarded = records.thread[record] === thread && order > time;
      const from = isForwarded ? time : Math.max(time, order);
      if (count === 0 || from < buffered) this.#offer(count++, records.value[record], from);
      if (isForwarded || order <= time) break;
    }
    return this.#values[this.#pick(count, history)];
  }

  /** Sets option `count`. */
  #offer(count: number, value: number, time: number): void {
    this.#values[count] = value;
    this.#times[count] = time;
  }

  #pick(count: number, history: number): number {
    const chosen = this.choose(count);
    if (chosen > 0) this.passed(history);
    this.#time[this.thread] = this.#times[chosen];
    return chosen;
  }

  #loadWord(word: number, newest: number): number {
    const { scratch } = this;
    if (!this.loadBytes(4 * word, 4, true, false, scratch)) return newest;
    return scratch[0] | (scratch[1] << 8) | (scratch[2] << 16) | (scratch[3] << 24);
  }

  loadBytes(start: number, size: number, _isWhole: boolean, _isAtomic: boolean, out: Uint8Array): boolean {
    for (let i = 0; i < size; i++) out[i] = byteOf(this.m[(start + i) >> 2], start + i);
    const time = this.#time[this.thread];
    const buffered = this.#buffered[this.thread];
    if (buffered <= time) {
      this.#empty();
      return false;
    }
    const times = this.#timesOf(start, size, time).filter((each, i) => i === 0 || each < buffered);
    const chosen = this.choose(times.length);
    this.#time[this.thread] = times[chosen];
    if (chosen === 0) return false;
    for (let i = 0; i < size; i++) out[i] = this.#byteAt(start + i, times[chosen]);
    for (let word = start >> 2; word <= (start + size - 1) >> 2; word++) if (this.flags[word] !== 0) this.passed(this.records.historyOf(word));
    return true;
  }

  /** Returns the times, from `time` on, at which a load of these bytes may look at the memory, the newest first. */
  #timesOf(start: number, size: number, time: number): number[] {
    const { records, thread } = this;
    const times = this.#changes;
    times.length = 0;
    times.push(time);
    let mayPass = true;
    for (let word = start >> 2; word <= (start + size - 1) >> 2; word++) {
      if (this.flags[word] === 0) continue;
      const history = records.historyOf(word);
      mayPass &&= this.mayPass(history);
      for (let age = 0; age < records.countOf(history); age++) {
        const record = records.at(history, age);
        const order = records.order[record];
        const overlaps = records.start[record] < start + size && start < records.start[record] + records.size[record];
        if (order <= time) break;
        // Seen from its own thread, a store changes nothing when it reaches the memory.
        if (overlaps && records.thread[record] !== thread && !times.includes(order)) times.push(order);
      }
    }
    times.sort((a, b) => b - a);
    return mayPass ? times : [times[0]];
  }

  /** Returns the byte as the running thread sees it at `time`: its own later stores are in its buffer. */
  #byteAt(byte: number, time: number): number {
    const { records, thread } = this;
    const word = byte >> 2;
    if (this.flags[word] === 0) return byteOf(this.m[word], byte);
    const history = records.historyOf(word);
    for (let age = 0; age < records.countOf(history); age++) {
      const record = records.at(history, age);
      const isOwn = records.thread[record] === thread;
      if ((records.mask[record] & (1 << (byte & 3))) !== 0 && (isOwn || records.order[record] <= time)) return byteOf(records.value[record], byte);
    }
    return byteOf(records.value[records.at(history, records.countOf(history) - 1)], byte);
  }

  atomicLoad(word: number, newest: number): number {
    return this.flags[word] === 0 ? newest : this.load(word, newest);
  }

  update(_word: number, newest: number): number {
    this.#empty();
    return newest;
  }

  updateBytes(): boolean {
    this.#empty();
    return false;
  }

  critical(): void {
    this.#empty();
  }

  /** The buffer is empty: the thread has seen all stores so far. */
  #empty(): void {
    this.#time[this.thread] = this.newestOrder;
  }

  /** What a thread loads after it has read the clock was in the memory then. So its buffer counts as empty, too. */
  readsClock(): void {
    this.#empty();
  }

  woke(): void {}

  done(): void {}

  protected stored(order: number, isAtomic: boolean): void {
    if (isAtomic) this.#empty();
    else this.#buffered[this.thread] = order;
  }

  protected describe(): void {}
}
