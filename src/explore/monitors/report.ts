/** How monitors object: what broke, where the access stands, and how it was come to. */
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

  /** Sites of the calls that the running thread is in, outermost first. */
  stack(): readonly number[] {
    return this.#core.$stack();
  }

  /** Lines that say where `site` is, and where it was called from. */
  place(site: number, stack: readonly number[]): string[] {
    return [site, ...stack.toReversed()].map((each, i) => `  ${i === 0 ? 'at' : 'called at'} ${formatSite(this.#sites[each])}`);
  }

  /**
   * Ends the execution: the access at `site`, just made, broke the law called `law`.
   * @throws Violation
   */
  object(law: string, message: string, site: number, more: readonly string[] = []): never {
    throw new Violation('invariant', [`${law}: ${message}`, ...this.place(site, this.stack()), ...more]);
  }

  /**
   * As `object`, when no access is to blame.
   * @throws Violation
   */
  objectAtEnd(law: string, message: string, more: readonly string[] = []): never {
    throw new Violation('invariant', [`${law}: ${message}`, ...more]);
  }
}
