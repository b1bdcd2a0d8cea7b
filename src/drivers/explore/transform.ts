/** From the bundle to a generated module: parse, check, find the coroutines, write them. */
import type { SourceMapPayload } from 'node:module';
import type { Bundle } from './bundle.ts';
import { checkConventions } from './conventions.ts';
import { Emitter } from './emit.ts';
import { ConventionError, locator, type Problem } from './problems.ts';
import { analyse } from './program.ts';
import { prologue } from './prologue.ts';
import type { Site, SiteKind } from './sites.ts';
import { parseModule, type AnyNode } from './syntax.ts';

export interface Generated {
  readonly code: string;
  readonly sites: readonly Site[];
  /** Lines only: every line of the bundle is where it was. */
  readonly map: SourceMapPayload;
}

/** Each is written when it is first asked for. */
export interface Variants {
  readonly plain: Generated;
  readonly hooked: Generated;
}

/**
 * Generates both variants; their site numbers are the same.
 * @throws ConventionError with every breach, at its place in the sources under `root`.
 */
export function transform(bundle: Bundle, root: string): Variants {
  const program = analyse(parseModule(bundle.code));
  const locate = locator(bundle, root);
  const problems: Problem[] = [];
  checkConventions(program, (at, message) => problems.push({ ...locate(at.start), message }));
  if (problems.length > 0) throw new ConventionError(problems);

  const sites: Site[] = [];
  const numbers = new Map<string, number>();
  function numberSite(node: AnyNode, kind: SiteKind, fn: string): number {
    const key = `${node.start} ${kind}`;
    let number = numbers.get(key);
    if (number === undefined) {
      numbers.set(key, (number = sites.length));
      const text = program.text.slice(node.start, node.end).replace(/\s+/g, ' ');
      sites.push({ ...locate(node.start), kind, fn, text: text.length > 100 ? `${text.slice(0, 99)}…` : text });
    }
    return number;
  }
  function generate(hooked: boolean): Generated {
    const code = new Emitter(program, hooked, numberSite).module();
    return { code: code + prologue(hooked, sites), sites, map: bundle.map };
  }
  let plain: Generated | undefined;
  let hooked: Generated | undefined;
  return {
    get plain() {
      return (plain ??= generate(false));
    },
    get hooked() {
      // The plain variant numbers the sites; the calls of the hooked one come after.
      void this.plain;
      return (hooked ??= generate(true));
    },
  };
}
