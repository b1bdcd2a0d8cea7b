/**
 * Compiles core source to WebAssembly text. It supports the constructs of a hot loop: 32-bit
 * integers in locals, words of the memory `m` and bytes of `m8`, and calls of such functions.
 * Arithmetic wraps as with `| 0`. That equals JavaScript's as long as no value exceeds 32 bits,
 * and refs, sizes and counts don't. Any other construct is refused, with its text.
 */
import type { BreakStatement, ContinueStatement, SwitchStatement } from 'acorn';
import type { AnyNode, FunctionDeclaration } from '../rewrite/syntax.ts';
import { Expressions } from './expressions.ts';
import type { Surroundings } from './names.ts';
import { returnsValue } from './returns.ts';
import { parametersOf, passedTo, variantName, type Variant } from './variants.ts';

/** A function to export, in a variant, and its exported name. */
export interface Export extends Variant {
  readonly name: string;
}

/**
 * Returns the text of a module that imports the memory as env.memory and has `exports`. These and
 * all functions that they call are compiled, except those that stay JavaScript.
 * @throws Error with the source text that can't be compiled
 */
export function moduleText(exports: readonly Export[], around: Surroundings): string {
  const { address, pages } = around.target;
  const variants = new Map<string, Variant>(exports.map((each) => [variantName(each), each]));
  const imported = new Set<string>();
  const failures = new Map<string, number>();
  const lists = new Map<string, ArrayLike<number>>();
  const compiled: string[] = [];
  // A Map yields what is added during the loop, too.
  for (const [name, { fn: fnName, bound }] of variants) {
    const writer = new FunctionWriter(functionOf(fnName, around), around, bound);
    compiled.push(writer.text(name));
    for (const [callee, variant] of writer.calls) variants.set(callee, variant);
    for (const callee of writer.imported) imported.add(callee);
    for (const [failure, facts] of writer.failures) failures.set(failure, facts);
    for (const [list, numbers] of writer.lists) lists.set(list, numbers);
  }
  return [
    '(module',
    `(import "env" "memory" (memory ${address} 1 ${pages} shared))`,
    ...[...imported].map((name) => importText(name, around)),
    ...[...failures].map(([name, facts]) => `(import "fatal" "${name}" (func $fatal.${name}${' (param i32)'.repeat(facts)}))`),
    // Exported, so that no optimizer finds it unused.
    '(global $touched (export "touched") (mut i32) (i32.const 0))',
    ...[...lists].map(([name, list]) => listText(name, list)),
    ...compiled,
    ...exports.map((each) => `(export "${each.name}" (func $${variantName(each)}))`),
    ')',
  ].join('\n');
}

function functionOf(name: string, { functions }: Surroundings): FunctionDeclaration {
  const fn = functions.get(name);
  if (fn === undefined) throw new Error(`${name} is no function of the core`);
  return fn;
}

function importText(name: string, around: Surroundings): string {
  const fn = functionOf(name, around);
  const params = passedTo(fn, fn.params as readonly AnyNode[]).map(() => ' (param i32)').join('');
  return `(import "env" "${name}" (func $${name}${params}${returnsValue(fn) ? ' (result i32)' : ''}))`;
}

/** Writes the function that returns element i of a constant list. An index outside it traps. */
function listText(name: string, list: ArrayLike<number>): string {
  const numbers = Array.from(list);
  const table = `(br_table ${numbers.map((_, i) => `$at${i}`).join(' ')} $none (local.get $i))`;
  const code = numbers.reduce((inner, number, i) => `(block $at${i} ${inner}) (return (i32.const ${number}))`, table);
  return `(func $list.${name} (param $i i32) (result i32) (block $none ${code}) unreachable)`;
}

/** The largest number of a case: the table has an entry for each smaller one, too. */
const MOST_CASES = 255;

interface Target {
  /** The label in WebAssembly text. */
  readonly at: string;
  readonly named?: string;
}

class FunctionWriter extends Expressions {
  /** From the innermost outwards, where `break` and `continue` lead, with the source's label if there is one. */
  readonly #breaks: Target[] = [];
  readonly #continues: Target[] = [];
  readonly #bound: Readonly<Record<string, number>>;

  constructor(fn: FunctionDeclaration, around: Surroundings, bound: Readonly<Record<string, number>>) {
    super(fn, around);
    this.#bound = bound;
  }

  /** Writes the function, as `$name`. */
  text(name: string): string {
    const params = parametersOf(this.fn) ?? this.refuse(this.fn);
    this.scopes = [new Map(params.map((param) => [param, this.#bound[param] ?? param]))];
    const code = this.#statement(this.fn.body);
    const head = [
      `(func $${name}`,
      ...params.filter((param) => !Object.hasOwn(this.#bound, param)).map((param) => `(param $${param} i32)`),
      ...(returnsValue(this.fn) ? ['(result i32)'] : []),
      ...this.locals.map((local) => `(local $${local} ${this.addresses.has(local) ? this.around.target.address : 'i32'})`),
    ].join(' ');
    return `${head}\n${code}${returnsValue(this.fn) ? '\nunreachable' : ''})`;
  }

  /** @param named the label before the statement */
  #statement(node: AnyNode, named?: string): string {
    switch (node.type) {
      case 'BlockStatement': {
        this.scopes.unshift(new Map());
        const lines = node.body.map((each) => this.#statement(each));
        this.scopes.shift();
        return lines.join('\n');
      }
      case 'VariableDeclaration':
        return node.declarations.map(({ id, init }) => {
          if (id.type !== 'Identifier' || init == null) return this.refuse(node);
          const constant = node.kind === 'const' ? this.constant(init) : null;
          if (constant !== null) {
            this.scopes[0].set(id.name, constant);
            return '';
          }
          const value = this.value(init);
          return `(local.set $${this.declare(id.name)} ${value})`;
        }).join('\n');
      case 'ExpressionStatement':
        return this.effect(node.expression);
      case 'IfStatement': {
        const known = this.constant(node.test);
        if (known !== null) return known !== 0 ? this.#statement(node.consequent) : node.alternate ? this.#statement(node.alternate) : '';
        const label = this.labels++;
        const then = `(block $else${label} ${this.jumpUnless(node.test, `$else${label}`)} ${this.#statement(node.consequent)}`;
        if (!node.alternate) return `${then})`;
        return `(block $end${label} ${then} (br $end${label})) ${this.#statement(node.alternate)})`;
      }
      case 'LabeledStatement':
        return node.body.type === 'ForStatement' || node.body.type === 'WhileStatement' ? this.#statement(node.body, node.label.name) : this.refuse(node);
      case 'WhileStatement':
        return this.#loop(node.test, null, node.body, named);
      case 'SwitchStatement':
        return this.#switch(node);
      case 'ForStatement': {
        this.scopes.unshift(new Map());
        const init = node.init ? (node.init.type === 'VariableDeclaration' ? this.#statement(node.init) : this.effect(node.init)) : '';
        const loop = this.#loop(node.test ?? null, node.update ?? null, node.body, named);
        this.scopes.shift();
        return `${init}\n${loop}`;
      }
      case 'BreakStatement':
        return this.#leave(this.#breaks, node);
      case 'ContinueStatement':
        return this.#leave(this.#continues, node);
      case 'ReturnStatement':
        return node.argument ? `(return ${this.value(node.argument)})` : '(return)';
      default:
        return this.refuse(node);
    }
  }

  #loop(test: AnyNode | null, update: AnyNode | null, body: AnyNode, named: string | undefined): string {
    const label = this.labels++;
    this.#breaks.unshift({ at: `$break${label}`, named });
    this.#continues.unshift({ at: `$continue${label}`, named });
    const leave = test === null ? '' : this.jumpUnless(test, `$break${label}`);
    const code = this.#statement(body);
    const next = update === null ? '' : this.effect(update);
    this.#breaks.shift();
    this.#continues.shift();
    return `(block $break${label} (loop $again${label} ${leave}\n(block $continue${label} ${code})\n${next} (br $again${label})))`;
  }

  #leave(targets: readonly Target[], node: BreakStatement | ContinueStatement): string {
    const { label } = node;
    const target = label == null ? targets[0] : targets.find(({ named }) => named === label.name);
    return `(br ${target?.at ?? this.refuse(node)})`;
  }

  /** Writes a switch whose cases are whole numbers from 0 on: a table of branches to the start of each case. */
  #switch(node: SwitchStatement): string {
    const label = this.labels++;
    const numbers = node.cases.map(({ test }) => (test == null ? null : this.constant(test) ?? this.refuse(test)));
    if (numbers.some((number) => number !== null && (number < 0 || number > MOST_CASES))) return this.refuse(node);
    const caseFor = (number: number | null) => (numbers.includes(number) ? `$case${label}.${numbers.indexOf(number)}` : numbers.includes(null) ? `$case${label}.${numbers.indexOf(null)}` : `$break${label}`);
    const table = Array.from({ length: Math.max(...numbers.map((number) => number ?? -1)) + 1 }, (_, number) => caseFor(number));
    this.#breaks.unshift({ at: `$break${label}` });
    let code = `(br_table ${[...table, caseFor(null)].join(' ')} ${this.value(node.discriminant)})`;
    this.scopes.unshift(new Map());
    for (const [i, { consequent }] of node.cases.entries()) code = `(block $case${label}.${i} ${code})\n${consequent.map((each) => this.#statement(each)).join('\n')}`;
    this.scopes.shift();
    this.#breaks.shift();
    return `(block $break${label} ${code})`;
  }
}
