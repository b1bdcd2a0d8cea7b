/** Generated modules without imports as expressions, which can be minified, packed and evaluated. Needs no build tools. */
import { compileFunction } from 'node:vm';
import type { GeneratedCore } from './generated.ts';

/** An export as it appears in generated code, at the beginning of a line. */
const EXPORT = /^export (?:\{(?<list>[^}]*)\};?$|(?:function|var|const) (?<name>[\w$]+))/gm;

/** Returns an expression whose value is a function that returns the exports of the module `code`. */
export function expressionOf(code: string): string {
  const exported: string[] = [];
  const body = code.replace(EXPORT, (declaration: string, list: string | undefined, name: string | undefined) => {
    if (name !== undefined) exported.push(name);
    else for (const each of list!.split(',')) exported.push(each.trim().replace(/^(\S+) as (\S+)$/, '$2: $1'));
    return name === undefined ? '' : declaration.slice('export '.length);
  });
  return `(function () {${body}\nreturn { ${exported.join(', ')} }; })`;
}

/**
 * Returns the exports of the module that `expression` is of. An imported module stays in memory until
 * the process ends. This one is collected once its exports are unused, so a process can run many mutants.
 */
export function evaluate<Module>(expression: string): GeneratedCore<Module> {
  return compileFunction(`'use strict'; return ${expression}`, [], { filename: 'core' })()() as GeneratedCore<Module>;
}
