/**
 * Hashes the order of the accesses of an execution: at each switch the thread that ran, its next access, and how many accesses
 * it has made since the switch before.
 *
 * A thread that is chosen again goes on with its stretch, so the hash does not depend on how often the strategy is asked. A
 * thread that sleeps ends its stretch, even if it is the next to run.
 */
import { FINISHED } from '../rewrite/prologue.ts';

const PRIME = 0x01000193;

export class TraceHash {
  #hash = 0;
  /** The thread of the present stretch; -1 if none has begun. */
  #thread = -1;
  /** Its accesses, and the site and the word of its next one. */
  #ran = 0;
  #site = 0;
  #word = 0;

  begin(): void {
    this.#hash = 0x811c9dc5;
    this.#thread = -1;
  }

  /** `thread` has made `ran` accesses and is at the access of `word` at `site`; a negative `site` is not one: it sleeps or has ended. */
  ran(thread: number, site: number, word: number, ran: number): void {
    if (thread === this.#thread) this.#ran += ran;
    else {
      if (this.#thread >= 0) this.#close();
      this.#thread = thread;
      this.#ran = ran;
    }
    this.#site = site;
    // A thread that has ended has no next access: the word is that of an earlier one.
    this.#word = site === FINISHED ? 0 : word;
    if (site < 0) this.#close();
  }

  /** A load has returned its value number `choice`, not the newest. */
  chose(choice: number, access: number): void {
    this.#hash = Math.imul(this.#hash ^ (choice + (access << 8)), PRIME);
  }

  /** Returns the hash of all accesses so far. */
  end(): number {
    if (this.#thread >= 0) this.#close();
    return this.#hash >>> 0;
  }

  #close(): void {
    let hash = Math.imul(this.#hash ^ this.#site, PRIME);
    hash = Math.imul(hash ^ (this.#word + (this.#thread << 24)), PRIME);
    this.#hash = Math.imul(hash ^ this.#ran, PRIME) ^ (hash >>> 15);
    this.#thread = -1;
  }
}
