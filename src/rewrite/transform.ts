/** Turns the bundle into a generated module: parse, check, find the coroutines, write them. */
import type { SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { checkArguments } from './arguments.ts';
import type { Bundle, IsUsers } from './bundle.ts';
import { checkConventions } from './conventions.ts';
import { Emitter, type Form, type NumberSite } from './emit.ts';
import { ConventionError, locator, type Locate, type Problem } from './problems.ts';
import { analyse, type CoreProgram } from './program.ts';
import { prologue } from './prologue.ts';
import { reachOf, type Reach } from './reach.ts';
import type { Site } from './sites.ts';
import { parseModule } from './syntax.ts';

export interface Generated {
  readonly code: string;
  readonly sites: readonly Site[];
  /** Maps lines only: every line of the bundle keeps its number. */
  readonly map: SourceMapPayload;
}

/** The variants are generated at first use. */
export interface Variants {
  readonly plain: Generated;
  readonly hooked: Generated;
  /** The protocol edges that each export can reach. */
  readonly reach: Reach;
}

/**
 * Generates both variants; their site numbers are the same.
 * @param isUsers selects the files in which the arguments of calls are checked; none by default
 * @throws ConventionError with every breach, at its place in the sources under `root`
 */
export function transform(bundle: Bundle, root: string, isUsers?: IsUsers): Variants {
  const { write, program } = writer(bundle, root, isUsers);
  let plain: Generated | undefined;
  let hooked: Generated | undefined;
  let reach: Reach | undefined;
  return {
    get reach() {
      return (reach ??= reachOf(program));
    },
    get plain() {
      return (plain ??= write({ hooked: false, stacks: false }));
    },
    get hooked() {
      // The plain variant numbers the sites first; the call sites of the hooked one follow.
      void this.plain;
      return (hooked ??= write({ hooked: true, stacks: true }));
    },
  };
}

/** Generates the variant for accesses with costs: it calls the host at each access and keeps no call stack. */
export function transformCosted(bundle: Bundle, root: string): Generated {
  return writer(bundle, root).write({ hooked: true, stacks: false });
}

/** Checks the bundle. The result writes it in any form, with the same number for the same site. */
function writer(bundle: Bundle, root: string, isUsers?: IsUsers): { readonly write: (form: Form) => Generated; readonly program: CoreProgram } {
  const program = analyse(parseModule(bundle.code));
  const locate = locator(bundle, root);
  const problems: Problem[] = [];
  checkConventions(program, (at, message) => problems.push({ ...locate(at.start), message }));
  if (isUsers !== undefined) {
    checkArguments(program, ({ start }) => isUsers(join(root, locate(start).file)), (at, message) => problems.push({ ...locate(at.start), message }));
  }
  if (problems.length > 0) throw new ConventionError(problems);

  const sites: Site[] = [];
  const numberSite = siteNumbers(sites, program.text, locate);
  function write(form: Form): Generated {
    const code = new Emitter(program, form, numberSite).module();
    return { code: code + prologue(form.hooked, sites), sites, map: bundle.map };
  }
  return { write, program };
}

/** Returns a function that numbers sites, the same place and kind always with the same number, and adds each to `sites`. */
export function siteNumbers(sites: Site[], source: string, locate: Locate): NumberSite {
  const numbers = new Map<string, number>();
  return (node, kind, fn) => {
    const key = `${node.start} ${kind}`;
    let number = numbers.get(key);
    if (number === undefined) {
      numbers.set(key, (number = sites.length));
      const text = source.slice(node.start, node.end).replace(/\s+/g, ' ');
      sites.push({ ...locate(node.start), kind, fn, text: text.length > 100 ? `${text.slice(0, 99)}…` : text });
    }
    return number;
  };
}
