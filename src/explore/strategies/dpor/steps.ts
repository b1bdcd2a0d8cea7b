/** Finds out what each step of an execution does, from the scene before and after it. */
import type { Scene } from '../../strategy.ts';
import { contains } from '../default-order.ts';
import { ANY_WORD, CHANGES, LOOKS, NONE, type Event } from './event.ts';
import { RepeatedReads } from './repeated-reads.ts';

export class Steps {
  readonly #repeated: RepeatedReads;
  /** By thread: its steps so far. */
  readonly #numbers: Int32Array;
  /** By thread: 1 if it could not run when the strategy was asked last. */
  readonly #wasOff: Uint8Array;
  /** By thread: place of the step that let it run again; -1 if there is none. */
  readonly #after: Int32Array;
  /** The scene before the step. */
  #thread = 0;
  #site = -1;
  #word = 0;
  #words = 0;
  #ran = 0;
  #values: readonly number[] = [];
  /** Threads that waited before the step, as bits. */
  #waited = 0;

  constructor(threads: number) {
    this.#repeated = new RepeatedReads(threads);
    this.#numbers = new Int32Array(threads);
    this.#wasOff = new Uint8Array(threads);
    this.#after = new Int32Array(threads).fill(-1);
  }

  /** Reports whether the runnable `thread` only repeats itself. */
  repeats(scene: Scene, thread: number): boolean {
    const site = scene.pendingSite[thread];
    return site >= 0 && this.#repeated.repeats(thread, site, scene.pendingIndex[thread]);
  }

  /** Notes which threads the step at `place` of the path has let run again. `enabled` are those that can run, as bits. */
  look(scene: Scene, enabled: number, place: number): void {
    for (let thread = 0; thread < scene.threads; thread++) {
      const isOff = (enabled & (1 << thread)) === 0;
      if (!isOff && this.#wasOff[thread] === 1) this.#after[thread] = place;
      this.#wasOff[thread] = Number(isOff);
    }
  }

  /** The step of `thread` begins. */
  begin(scene: Scene, thread: number): void {
    this.#thread = thread;
    this.#site = isAwake(scene, thread) ? scene.pendingSite[thread] : -1;
    this.#word = scene.pendingIndex[thread];
    this.#words = this.#site < 0 ? 0 : scene.pendingWords[thread];
    this.#ran = scene.ran[thread];
    this.#values = Array.from({ length: Math.max(this.#words, 0) }, (_, i) => scene.m[this.#word + i]);
    this.#waited = waiting(scene) & ~(1 << thread);
  }

  /**
   * The step has ended. Returns what it did.
   * @param known what it did in an earlier execution, if it is repeated
   * @param fails the execution ends with it: what it would have touched is not known
   */
  end(scene: Scene, known: Event | null, fails: boolean): Event {
    const thread = this.#thread;
    const number = ++this.#numbers[thread];
    const event = known ?? { thread, number, ...this.#effect(scene, fails), after: this.#after[thread], clock: new Int32Array(0) };
    this.#after[thread] = -1;
    this.#repeated.note(event, this.#site);
    return event;
  }

  #effect(scene: Scene, fails: boolean): Pick<Event, 'word' | 'words' | 'writes' | 'waiters'> {
    const thread = this.#thread;
    const isAtAccess = isAwake(scene, thread) && scene.pendingSite[thread] >= 0;
    const isParked = !scene.isDone(thread) && !isAtAccess;
    const pauses = isParked && scene.pendingIndex[thread] < 0;
    // The guard of the next access has been counted, and a pause counts as an access.
    const more = scene.ran[thread] - this.#ran - Number(isAtAccess || pauses);
    if (fails || more > 0 || this.#words < 0) return { word: ANY_WORD, words: 1, writes: true, waiters: CHANGES };
    if (this.#words === 0) return { word: 0, words: 0, writes: false, waiters: NONE };
    const mayWrite = scene.writes[this.#site] === 1;
    const writes = mayWrite && (scene.weak !== null || this.#values.some((value, i) => scene.m[this.#word + i] !== value));
    const wakes = mayWrite && (this.#waited & ~waiting(scene)) !== 0;
    const waiters = (isParked && !pauses) || wakes ? CHANGES : mayWrite && !writes ? LOOKS : NONE;
    return { word: this.#word, words: this.#words, writes, waiters };
  }
}

function isAwake(scene: Scene, thread: number): boolean {
  return contains(scene.runnable, scene.runnableCount, thread);
}

/** Returns the threads that wait on a word, as bits. */
function waiting(scene: Scene): number {
  let bits = 0;
  for (let thread = 0; thread < scene.threads; thread++) if (!scene.isDone(thread) && !isAwake(scene, thread) && scene.pendingIndex[thread] >= 0) bits |= 1 << thread;
  return bits;
}
