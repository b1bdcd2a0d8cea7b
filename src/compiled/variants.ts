/**
 * Variants of a function: a call with constant arguments calls a copy of the function in which these
 * parameters are constants, so that conditions on them are decided at compile time.
 */
import type { AnyNode, FunctionDeclaration } from '../rewrite/syntax.ts';

/** A function with some of its parameters fixed. */
export interface Variant {
  readonly fn: string;
  readonly bound: Readonly<Record<string, number>>;
}

/** Parameters that are views of the memory. The module imports the memory, so they are no WebAssembly parameters. */
export const VIEWS: ReadonlySet<string> = new Set(['m', 'm8']);

/** Returns the variant's name in WebAssembly text. */
export function variantName({ fn, bound }: Variant): string {
  return [fn, ...Object.entries(bound).map(([name, value]) => `${name}=${value}`)].join('/');
}

/** Returns the names of the parameters of `fn` that are passed, or null if one of them is no plain name. */
export function parametersOf(fn: FunctionDeclaration): readonly string[] | null {
  const names: string[] = [];
  for (const param of fn.params) {
    if (param.type !== 'Identifier') return null;
    if (!VIEWS.has(param.name)) names.push(param.name);
  }
  return names;
}

/** Returns those of the arguments of a call of `fn` that are passed; see parametersOf. */
export function passedTo(fn: FunctionDeclaration, args: readonly AnyNode[]): readonly AnyNode[] {
  return args.filter((_, i) => { const param = fn.params[i]; return param?.type !== 'Identifier' || !VIEWS.has(param.name); });
}
