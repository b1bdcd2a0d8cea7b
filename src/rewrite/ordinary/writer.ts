/**
 * Writes ordinary code with coroutines in place of functions. A function `f` that may suspend becomes two:
 *
 *     f       the function as others see it: runs the coroutine atomically, as a callback of a built-in must
 *     f.$co   the coroutine. Rewritten calls look for it: ($0 = f.$co) !== undefined ? run it : f(x)
 *
 * So a call finds out at run time what it calls, and values, identity and `instanceof` stay what they were.
 * In a coroutine, an access of a view that is shared (`view.$shared`) is preceded by a guard, as in the core:
 *
 *     a[i]      (a?.$shared !== undefined && --$budget < 0 && (yield ($index = $word(a, i), 7)), a[i])
 *
 * Elsewhere (module level, fields, parameters, constructors of derived classes) nothing can suspend: accesses are
 * made and counted, but no other thread runs in between. Every line keeps its number.
 */
import type { NumberSite } from '../emit.ts';
import type { SiteKind } from '../sites.ts';
import { childrenOf, type AnyNode } from '../syntax.ts';
import type { OrdinaryProgram } from './program.ts';

/** What the writer is in the middle of. */
export interface Frame {
  /** A coroutine: it may yield. */
  readonly suspends: boolean;
  /** The user's generator: its own yields are wrapped (generators.ts). */
  readonly yields?: boolean;
  /** What `this` is called here. */
  readonly thisName: 'this' | '$this';
  /** Name of the function, for sites. */
  readonly fn: string;
  /** Temporaries in use, and the maximum so far. */
  temps: number;
  mostTemps: number;
}

/** Returns the text of a node that is rewritten; null for one that only its children change. */
export type Rewrite = (w: Writer, node: AnyNode) => string | null;

export const MODULE: Omit<Frame, 'temps' | 'mostTemps'> = { suspends: false, thisName: 'this', fn: '(module)' };

export class Writer {
  readonly program: OrdinaryProgram;
  readonly hooked: boolean;
  frame: Frame = { ...MODULE, temps: 0, mostTemps: 0 };
  readonly #numberSite: NumberSite;
  readonly #rewrite: Rewrite;

  constructor(program: OrdinaryProgram, hooked: boolean, numberSite: NumberSite, rewrite: Rewrite) {
    this.program = program;
    this.hooked = hooked;
    this.#numberSite = numberSite;
    this.#rewrite = rewrite;
  }

  /** Returns the whole module, rewritten. */
  module(): string {
    return this.emit(this.program.program);
  }

  /** Writes something in a frame of its own; returns its text, and the declaration of its temporaries. */
  within(frame: Omit<Frame, 'temps' | 'mostTemps'>, write: () => string): { readonly text: string; readonly temps: string } {
    const outer = this.frame;
    this.frame = { ...frame, temps: 0, mostTemps: 0 };
    const text = write();
    const names = Array.from({ length: this.frame.mostTemps }, (_, i) => `$${i}`);
    this.frame = outer;
    return { text, temps: names.length > 0 ? ` let ${names.join(', ')};` : '' };
  }

  emit(node: AnyNode): string {
    const inUse = this.frame.temps;
    const text = this.#rewrite(this, node);
    this.frame.temps = inUse;
    // A node does not include its parentheses, and the new place may need them.
    if (text === null) return node.type === 'SequenceExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'YieldExpression' ? `(${this.splice(node)})` : this.splice(node);
    const missing = this.linesIn(node.start, node.end) - countLines(text);
    return missing > 0 ? `${text.slice(0, -1)}${'\n'.repeat(missing)}${text.at(-1)}` : text;
  }

  /** Returns the source text of a node with its children rewritten. */
  splice(node: AnyNode): string {
    let text = '';
    let at = node.start;
    for (const child of childrenOf(node)) {
      // `export { x }` holds its name twice.
      if (child.start < at) continue;
      text += this.program.text.slice(at, child.start) + this.emit(child);
      at = child.end;
    }
    return text + this.program.text.slice(at, node.end);
  }

  temp(): string {
    const { frame } = this;
    const name = `$${frame.temps++}`;
    frame.mostTemps = Math.max(frame.mostTemps, frame.temps);
    return name;
  }

  /** Evaluates `nodes` in order: `first` are the assignments, `use` the texts of the values, which may be repeated. */
  operands(nodes: readonly AnyNode[]): { readonly first: string[]; readonly use: string[] } {
    const first: string[] = [];
    const use = nodes.map((node, i) => {
      const gap = i === 0 ? '' : '\n'.repeat(this.linesIn(nodes[i - 1].end, node.start));
      if (this.#isStable(node)) return this.emit(node);
      const text = this.emit(node);
      const temp = this.temp();
      first.push(`${gap}${temp} = ${text}`);
      return temp;
    });
    return { first, use };
  }

  /** Reports whether the value of `node` is the same whenever it is read, and reading it has no effect. */
  #isStable(node: AnyNode): boolean {
    if (node.type === 'ThisExpression') return true;
    if (node.type === 'Literal') return !('regex' in node);
    if (node.type !== 'Identifier') return false;
    const binding = this.program.scopes.bindings.get(node);
    if (binding === undefined) return node.name === 'undefined';
    return !this.program.assigned.has(binding) && binding.kind !== 'var' && binding.kind !== 'let';
  }

  site(node: AnyNode, kind: SiteKind): number {
    return this.#numberSite(node, kind, this.frame.fn);
  }

  /** Returns the scheduling point before an access of `view[index]`, if `view` is shared. */
  guard(site: number, view: string, index: string): string {
    return `${view}?.$shared !== undefined && --$budget < 0 && (yield ($index = $word(${view}, ${index}), ${site}))`;
  }

  /** Returns the scheduling point before an access of all of `view`, if it is shared. */
  guardAll(site: number, view: string): string {
    return `${view}?.$shared !== undefined && --$budget < 0 && (yield ($index = $whole(${view}), ${site}))`;
  }

  /** Returns a call of an operation of the prologue. Only the hooked variant tells it the site. */
  op(name: string, site: number, ...args: readonly string[]): string {
    return `${name}(${[...(this.hooked ? [String(site)] : []), ...args].join(', ')})`;
  }

  linesIn(start: number, end: number): number {
    return countLines(this.program.text.slice(start, end));
  }
}

export function sequence(...steps: readonly string[]): string {
  return `(${steps.join(', ')})`;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
