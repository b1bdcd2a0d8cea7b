/**
 * What looks on while an execution runs, access by access: race detector, owners, lock ranks.
 * Monitors need the hooked variant of the core. They keep their own books, outside the memory.
 */
export interface Monitor {
  /** Before the first access of an execution of `threads` threads; `m` is as the template has it. */
  begin?(m: Int32Array, threads: number): void;
  /**
   * After each access of `thread`; `kind` is one of ACCESS.
   * @throws Violation when something is not as it must be: the execution ends there.
   */
  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void;
  /** `thread`, asleep on m[index], was woken by `by`. */
  woken?(thread: number, by: number, index: number): void;
  /**
   * When every thread has finished.
   * @throws Violation
   */
  end?(): void;
}
