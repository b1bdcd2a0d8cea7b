/**
 * A monitor watches an execution access by access: race detector, ownership, lock order. Monitors need the
 * hooked variant of the core. They keep their state outside of the memory.
 */
export interface Monitor {
  /** Called before the first access of an execution of `threads` threads; `m` equals the template. */
  begin?(m: Int32Array, threads: number): void;
  /**
   * Called after each access of `thread`; `kind` is one of ACCESS.
   * @throws Violation if an invariant is broken: the execution ends there
   */
  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void;
  /** Called when `by` has woken `thread`, which slept on m[index]. */
  woken?(thread: number, by: number, index: number): void;
  /**
   * Called when every thread has finished.
   * @throws Violation
   */
  end?(): void;
}
