/**
 * Compiles core source to WebAssembly text. It supports the constructs of a hot loop: 32-bit
 * integers in locals, words of the memory `m` and bytes of `m8`, and calls of such functions.
 * Arithmetic wraps as with `| 0`. That equals JavaScript's as long as no value exceeds 32 bits,
 * and refs, sizes and counts don't. Any other construct is refused, with its text.
 */
import type { AnyNode, FunctionDeclaration } from '../rewrite/syntax.ts';
import { Expressions, VIEWS } from './expressions.ts';
import type { Surroundings } from './names.ts';
import { returnsValue } from './returns.ts';

/** A function to export, and its exported name. */
export interface Export {
  readonly fn: string;
  readonly name: string;
  /** Parameters with a fixed value in this variant. They are dropped, and conditions on them are folded. */
  readonly bound?: Readonly<Record<string, number>>;
}

/**
 * Returns the text of a module that imports the memory as env.memory and has `exports`. These and
 * all functions that they call are compiled.
 * @param pages the maximum size of the memory, in pages of 64 KB
 * @throws Error with the source text that can't be compiled
 */
export function moduleText(exports: readonly Export[], around: Surroundings, pages: number): string {
  const wanted: (Export | { readonly fn: string; readonly name?: undefined; readonly bound?: undefined })[] = [...exports];
  const compiled: string[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const { fn: name, name: exported, bound } = wanted[i];
    const fn = around.functions.get(name);
    if (fn === undefined) throw new Error(`${name} is no function of the core`);
    const writer = new FunctionWriter(fn, around, bound);
    compiled.push(writer.text(exported));
    for (const callee of writer.calls) if (!wanted.some((each) => each.name === undefined && each.fn === callee)) wanted.push({ fn: callee });
  }
  return `(module\n(import "env" "memory" (memory 1 ${pages} shared))\n${compiled.join('\n')}\n)`;
}

class FunctionWriter extends Expressions {
  /** Labels of the enclosing loops, for `break` and `continue`. */
  readonly #loops: number[] = [];
  readonly #bound: Readonly<Record<string, number>>;

  constructor(fn: FunctionDeclaration, around: Surroundings, bound: Readonly<Record<string, number>> = {}) {
    super(fn, around);
    this.#bound = bound;
  }

  text(exported: string | undefined): string {
    const { id, params, body } = this.fn;
    const names = params.map((param) => (param.type === 'Identifier' ? param.name : this.refuse(param))).filter((name) => !VIEWS.has(name));
    this.scopes = [new Map(names.map((name) => [name, this.#bound[name] ?? name]))];
    const code = this.#statement(body);
    const head = [
      exported === undefined ? `(func $${id.name}` : `(func (export "${exported}")`,
      ...names.filter((name) => !Object.hasOwn(this.#bound, name)).map((name) => `(param $${name} i32)`),
      ...(returnsValue(this.fn) ? ['(result i32)'] : []),
      ...this.locals.map((name) => `(local $${name} i32)`),
    ].join(' ');
    return `${head}\n${code}${returnsValue(this.fn) ? '\nunreachable' : ''})`;
  }

  #statement(node: AnyNode): string {
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
      case 'WhileStatement':
        return this.#loop(node.test, null, node.body);
      case 'ForStatement': {
        this.scopes.unshift(new Map());
        const init = node.init ? (node.init.type === 'VariableDeclaration' ? this.#statement(node.init) : this.effect(node.init)) : '';
        const loop = this.#loop(node.test ?? null, node.update ?? null, node.body);
        this.scopes.shift();
        return `${init}\n${loop}`;
      }
      case 'BreakStatement':
        return node.label ? this.refuse(node) : `(br $break${this.#loops[0]})`;
      case 'ContinueStatement':
        return node.label ? this.refuse(node) : `(br $continue${this.#loops[0]})`;
      case 'ReturnStatement':
        return node.argument ? `(return ${this.value(node.argument)})` : '(return)';
      default:
        return this.refuse(node);
    }
  }

  #loop(test: AnyNode | null, update: AnyNode | null, body: AnyNode): string {
    const label = this.labels++;
    this.#loops.unshift(label);
    const leave = test === null ? '' : this.jumpUnless(test, `$break${label}`);
    const code = this.#statement(body);
    const next = update === null ? '' : this.effect(update);
    this.#loops.shift();
    return `(block $break${label} (loop $again${label} ${leave}\n(block $continue${label} ${code})\n${next} (br $again${label})))`;
  }
}
