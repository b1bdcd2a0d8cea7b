/** Objections of monitors: the broken invariant, the access, and the calls around it. */
import type { Control } from '../../rewrite/generated.ts';
import { Violation } from '../execution.ts';
import { formatSite, type Site } from '../../rewrite/sites.ts';

export class Report {
  readonly #core: Control;
  readonly #sites: readonly Site[];

  constructor(core: Control, sites: readonly Site[]) {
    this.#core = core;
    this.#sites = sites;
  }

  /** Returns the sites of the running thread's calls, the outermost first. */
  stack(): readonly number[] {
    return this.#core.$stack();
  }

  /** Returns lines with the place of `site` and of the calls around it. */
  place(site: number, stack: readonly number[]): string[] {
    return [site, ...stack.toReversed()].map((each, i) => `  ${i === 0 ? 'at' : 'called at'} ${formatSite(this.#sites[each])}`);
  }

  /**
   * Ends the execution: the last access, at `site`, broke the invariant called `law`.
   * @throws Violation
   */
  object(law: string, message: string, site: number, more: readonly string[] = []): never {
    throw new Violation('invariant', [`${law}: ${message}`, ...this.place(site, this.stack()), ...more]);
  }

  /**
   * Ends the execution like `object`, if no single access broke the invariant.
   * @throws Violation
   */
  objectAtEnd(law: string, message: string, more: readonly string[] = []): never {
    throw new Violation('invariant', [`${law}: ${message}`, ...more]);
  }
}
