/**
 * From core source to WebAssembly text. What can be compiled is what a hot loop is made of: whole
 * numbers of 32 bits in locals, words of the memory `m` and bytes of `m8`, and calls of functions
 * of the same kind. All arithmetic is that of `| 0`, which is JavaScript's as long as nothing grows
 * past 32 bits; refs, sizes and counts don't. Anything else is refused, with its text.
 */
import type { BinaryExpression, LogicalExpression } from 'acorn';
import type { AnyNode, CallExpression, FunctionDeclaration } from '../explore/rewrite/syntax.ts';

/** What the functions refer to at the top of their module: numbers, and objects that hold numbers. */
export type Constants = Readonly<Record<string, unknown>>;

const BINARY: Readonly<Record<string, string>> = {
  '+': 'add', '-': 'sub', '*': 'mul', '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl', '>>': 'shr_s', '>>>': 'shr_u',
  '===': 'eq', '!==': 'ne', '<': 'lt_s', '<=': 'le_s', '>': 'gt_s', '>=': 'ge_s',
};
const OPPOSITE: Readonly<Record<string, string>> = { '===': '!==', '!==': '===', '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const ATOMIC_RMW: Readonly<Record<string, string>> = { add: 'add', sub: 'sub', and: 'and', or: 'or', xor: 'xor', exchange: 'xchg' };
/** sync/racy.ts: plain accesses, by what they access. */
const RACY: Readonly<Record<string, readonly [op: string, isByte: boolean]>> = {
  racyLoad: ['i32.load', false], racyLoadByte: ['i32.load8_u', true],
  racyStore: ['i32.store', false], racyStoreByte: ['i32.store8', true],
};

/** A function to be exported, and under which name. */
export interface Export {
  readonly fn: string;
  readonly name: string;
  /** Parameters that have one value in this one, and are none; what they decide is decided. */
  readonly bound?: Readonly<Record<string, number>>;
}

/** Parameters that are views of the memory, which is the module's own. */
const VIEWS = new Set(['m', 'm8']);

/**
 * A module that imports the memory as env.memory and has `exports`; they, and all that they
 * call, are compiled.
 * @param functions of the bundle, by name
 * @param pages the most that the memory may have, of 64 KB
 * @throws Error with the text of what can't be compiled
 */
export function moduleText(exports: readonly Export[], functions: ReadonlyMap<string, FunctionDeclaration>, constants: Constants, textOf: (node: AnyNode) => string, pages: number): string {
  const wanted: (Export | { readonly fn: string; readonly name?: undefined; readonly bound?: undefined })[] = [...exports];
  const compiled: string[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const { fn: name, name: exported, bound } = wanted[i];
    const fn = functions.get(name);
    if (fn === undefined) throw new Error(`${name} is no function of the core`);
    const writer = new FunctionWriter(fn, functions, constants, textOf, bound);
    compiled.push(writer.text(exported));
    for (const callee of writer.calls) if (!wanted.some((each) => each.name === undefined && each.fn === callee)) wanted.push({ fn: callee });
  }
  return `(module\n(import "env" "memory" (memory 1 ${pages} shared))\n${compiled.join('\n')}\n)`;
}

class FunctionWriter {
  /** Names of the functions that it calls. */
  readonly calls = new Set<string>();
  readonly #fn: FunctionDeclaration;
  readonly #functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly #constants: Constants;
  readonly #textOf: (node: AnyNode) => string;
  readonly #locals: string[] = [];
  /** From the innermost block outwards: the local that a name means there, or the number. */
  #scopes: Map<string, string | number>[] = [];
  /** Of the loops around: where `break` and `continue` lead. */
  #loops: number[] = [];
  #labels = 0;
  readonly #bound: Readonly<Record<string, number>>;

  constructor(fn: FunctionDeclaration, functions: ReadonlyMap<string, FunctionDeclaration>, constants: Constants, textOf: (node: AnyNode) => string, bound: Readonly<Record<string, number>> = {}) {
    this.#bound = bound;
    this.#fn = fn;
    this.#functions = functions;
    this.#constants = constants;
    this.#textOf = textOf;
  }

  text(exported: string | undefined): string {
    const { id, params, body } = this.#fn;
    const names = params.map((param) => (param.type === 'Identifier' ? param.name : this.#refuse(param))).filter((name) => !VIEWS.has(name));
    this.#scopes = [new Map(names.map((name) => [name, this.#bound[name] ?? name]))];
    const code = this.#statement(body);
    const head = [
      exported === undefined ? `(func $${id.name}` : `(func (export "${exported}")`,
      ...names.filter((name) => !Object.hasOwn(this.#bound, name)).map((name) => `(param $${name} i32)`),
      ...(returnsValue(this.#fn) ? ['(result i32)'] : []),
      ...this.#locals.map((name) => `(local $${name} i32)`),
    ].join(' ');
    return `${head}\n${code}${returnsValue(this.#fn) ? '\nunreachable' : ''})`;
  }

  #statement(node: AnyNode): string {
    switch (node.type) {
      case 'BlockStatement': {
        this.#scopes.unshift(new Map());
        const lines = node.body.map((each) => this.#statement(each));
        this.#scopes.shift();
        return lines.join('\n');
      }
      case 'VariableDeclaration':
        return node.declarations.map(({ id, init }) => {
          if (id.type !== 'Identifier' || init == null) return this.#refuse(node);
          const constant = node.kind === 'const' ? this.#constant(init) : null;
          if (constant !== null) {
            this.#scopes[0].set(id.name, constant);
            return '';
          }
          const value = this.#value(init);
          return `(local.set $${this.#declare(id.name)} ${value})`;
        }).join('\n');
      case 'ExpressionStatement':
        return this.#effect(node.expression);
      case 'IfStatement': {
        const known = this.#constant(node.test);
        if (known !== null) return known !== 0 ? this.#statement(node.consequent) : node.alternate ? this.#statement(node.alternate) : '';
        const label = this.#labels++;
        const then = `(block $else${label} ${this.#jumpUnless(node.test, `$else${label}`)} ${this.#statement(node.consequent)}`;
        if (!node.alternate) return `${then})`;
        return `(block $end${label} ${then} (br $end${label})) ${this.#statement(node.alternate)})`;
      }
      case 'WhileStatement':
        return this.#loop(node.test, null, node.body);
      case 'ForStatement': {
        this.#scopes.unshift(new Map());
        const init = node.init ? (node.init.type === 'VariableDeclaration' ? this.#statement(node.init) : this.#effect(node.init)) : '';
        const loop = this.#loop(node.test ?? null, node.update ?? null, node.body);
        this.#scopes.shift();
        return `${init}\n${loop}`;
      }
      case 'BreakStatement':
        return node.label ? this.#refuse(node) : `(br $break${this.#loops[0]})`;
      case 'ContinueStatement':
        return node.label ? this.#refuse(node) : `(br $continue${this.#loops[0]})`;
      case 'ReturnStatement':
        return node.argument ? `(return ${this.#value(node.argument)})` : '(return)';
      default:
        return this.#refuse(node);
    }
  }

  #loop(test: AnyNode | null, update: AnyNode | null, body: AnyNode): string {
    const label = this.#labels++;
    this.#loops.unshift(label);
    const leave = test === null ? '' : this.#jumpUnless(test, `$break${label}`);
    const code = this.#statement(body);
    const next = update === null ? '' : this.#effect(update);
    this.#loops.shift();
    return `(block $break${label} (loop $again${label} ${leave}\n(block $continue${label} ${code})\n${next} (br $again${label})))`;
  }

  /** An expression whose value nobody wants. */
  #effect(node: AnyNode): string {
    if (node.type === 'AssignmentExpression') return this.#assign(node.left, node.operator === '=' ? null : node.operator.slice(0, -1), () => this.#value(node.right));
    if (node.type === 'UpdateExpression') return this.#assign(node.argument, node.operator[0], () => '(i32.const 1)');
    if (node.type !== 'CallExpression') return this.#refuse(node);
    const call = this.#call(node);
    return call.hasValue ? `(drop ${call.text})` : call.text;
  }

  /** `target = value`, or `target op= value`. */
  #assign(target: AnyNode, operator: string | null, value: () => string): string {
    const combine = (old: string) => (operator === null ? value() : `(i32.${BINARY[operator] ?? this.#refuse(target)} ${old} ${value()})`);
    if (target.type === 'Identifier') {
      const local = this.#local(target.name) ?? this.#refuse(target);
      return `(local.set $${local} ${combine(`(local.get $${local})`)})`;
    }
    if (target.type !== 'MemberExpression') return this.#refuse(target);
    const { isByte, index } = this.#place(target);
    const [load, store] = isByte ? ['i32.load8_u', 'i32.store8'] : ['i32.load', 'i32.store'];
    if (operator === null) return `(${store} ${this.#address(index, isByte)} ${value()})`;
    const at = this.#temporary();
    return `(local.set $${at} ${isByte ? this.#value(index) : `(i32.shl ${this.#value(index)} (i32.const 2))`}) (${store} (local.get $${at}) ${combine(`(${load} (local.get $${at}))`)})`;
  }

  #value(node: AnyNode): string {
    const constant = this.#constant(node);
    if (constant !== null) return `(i32.const ${constant | 0})`;
    switch (node.type) {
      case 'Identifier':
        return `(local.get $${this.#local(node.name) ?? this.#refuse(node)})`;
      case 'UnaryExpression':
        if (node.operator === '!') return `(i32.eqz ${this.#test(node.argument)})`;
        if (node.operator === '~') return `(i32.xor ${this.#value(node.argument)} (i32.const -1))`;
        return node.operator === '-' ? `(i32.sub (i32.const 0) ${this.#value(node.argument)})` : this.#refuse(node);
      case 'BinaryExpression': {
        if (node.operator === '|' && this.#constant(node.right) === 0) return this.#value(node.left);
        const op = BINARY[node.operator] ?? this.#refuse(node);
        return `(i32.${op} ${this.#value(node.left)} ${this.#value(node.right)})`;
      }
      case 'LogicalExpression':
        return this.#test(node);
      case 'ConditionalExpression': {
        const known = this.#constant(node.test);
        if (known !== null) return this.#value(known !== 0 ? node.consequent : node.alternate);
        return `(if (result i32) ${this.#test(node.test)} (then ${this.#value(node.consequent)}) (else ${this.#value(node.alternate)}))`;
      }
      case 'UpdateExpression': {
        if (node.argument.type !== 'Identifier' || node.prefix) return this.#refuse(node);
        return `(block (result i32) ${this.#value(node.argument)} ${this.#effect(node)})`;
      }
      case 'MemberExpression': {
        const { isByte, index } = this.#place(node);
        return `(${isByte ? 'i32.load8_u' : 'i32.load'} ${this.#address(index, isByte)})`;
      }
      case 'CallExpression': {
        const inlined = this.#inlined(node);
        if (inlined !== null) return this.#elsewhere(() => this.#value(inlined));
        const { text, hasValue } = this.#call(node);
        return hasValue ? text : this.#refuse(node);
      }
      default:
        return this.#refuse(node);
    }
  }

  /** 0 or 1. The operands of && and || are truths, not values. */
  #test(node: AnyNode): string {
    if (node.type !== 'LogicalExpression') return this.#value(node);
    const label = this.#labels++;
    return `(block $end${label} (result i32) (block $no${label} ${this.#jumpUnless(node, `$no${label}`)} (br $end${label} (i32.const 1))) (i32.const 0))`;
  }

  /** Goes on behind `label` if `test` does not hold; branches, as what a machine predicts is better than what it computes. */
  #jumpUnless(test: AnyNode, label: string): string {
    const known = this.#constant(test);
    if (known !== null) return known === 0 ? `(br ${label})` : '';
    const inlined = this.#inlined(test);
    if (inlined !== null) return this.#elsewhere(() => this.#jumpUnless(inlined, label));
    if (test.type === 'UnaryExpression' && test.operator === '!') return this.#jumpIf(test.argument, label);
    if (isOutside(test)) return `(br_if ${label} (i32.lt_u ${this.#value(test.right.left)} ${this.#value(test.right.right)}))`;
    if (test.type !== 'LogicalExpression') return `(br_if ${label} ${this.#opposite(test)})`;
    if (test.operator === '??') return this.#refuse(test);
    if (test.operator === '&&') return `${this.#jumpUnless(test.left, label)} ${this.#jumpUnless(test.right, label)}`;
    const holds = `$holds${this.#labels++}`;
    return `(block ${holds} ${this.#jumpIf(test.left, holds)} ${this.#jumpUnless(test.right, label)})`;
  }

  #jumpIf(test: AnyNode, label: string): string {
    const known = this.#constant(test);
    if (known !== null) return known === 0 ? '' : `(br ${label})`;
    const inlined = this.#inlined(test);
    if (inlined !== null) return this.#elsewhere(() => this.#jumpIf(inlined, label));
    if (test.type === 'UnaryExpression' && test.operator === '!') return this.#jumpUnless(test.argument, label);
    if (isOutside(test)) return `(br_if ${label} (i32.ge_u ${this.#value(test.right.left)} ${this.#value(test.right.right)}))`;
    if (test.type !== 'LogicalExpression') return `(br_if ${label} ${this.#value(test)})`;
    if (test.operator === '??') return this.#refuse(test);
    if (test.operator === '||') return `${this.#jumpIf(test.left, label)} ${this.#jumpIf(test.right, label)}`;
    const fails = `$fails${this.#labels++}`;
    return `(block ${fails} ${this.#jumpUnless(test.left, fails)} ${this.#jumpIf(test.right, label)})`;
  }

  #opposite(test: AnyNode): string {
    const operator = test.type === 'BinaryExpression' ? OPPOSITE[test.operator] : undefined;
    return operator === undefined ? `(i32.eqz ${this.#value(test)})` : this.#value({ ...test, operator } as AnyNode);
  }

  #call(node: CallExpression): { readonly text: string; readonly hasValue: boolean } {
    const { callee } = node;
    const args = node.arguments as readonly AnyNode[];
    if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.property.type === 'Identifier') {
      if (callee.object.name === 'Atomics') return this.#atomic(node, callee.property.name, args.slice(1));
      if (callee.object.name === 'Math' && callee.property.name === 'floor') return { text: this.#quotient(args[0]), hasValue: true };
    }
    if (callee.type !== 'Identifier') return this.#refuse(node);
    const racy = RACY[callee.name];
    if (racy !== undefined) {
      const [op, isByte] = racy;
      const [index, ...values] = args.slice(isByte ? 2 : 1);
      return { text: `(${op} ${[this.#address(index, isByte), ...values.map((value) => this.#value(value))].join(' ')})`, hasValue: values.length === 0 };
    }
    const fn = this.#functions.get(callee.name) ?? this.#refuse(node);
    this.calls.add(callee.name);
    const passed = args.filter((_, i) => { const param = fn.params[i]; return param.type !== 'Identifier' || !VIEWS.has(param.name); });
    return { text: `(call $${callee.name} ${passed.map((arg) => this.#value(arg)).join(' ')})`, hasValue: returnsValue(fn) };
  }

  /** What the function called returns, if that is all it does and the memory all it takes: V8 inlines no WebAssembly. */
  #inlined(node: AnyNode): AnyNode | null {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || RACY[node.callee.name] !== undefined) return null;
    const fn = this.#functions.get(node.callee.name);
    if (fn === undefined || fn.params.some((param) => param.type !== 'Identifier' || !VIEWS.has(param.name))) return null;
    const [only, ...more] = fn.body.body;
    return more.length === 0 && only?.type === 'ReturnStatement' && only.argument ? only.argument : null;
  }

  /** Where the names of this function mean nothing. */
  #elsewhere(write: () => string): string {
    const scopes = this.#scopes;
    this.#scopes = [];
    const text = write();
    this.#scopes = scopes;
    return text;
  }

  #atomic(node: AnyNode, name: string, [index, ...values]: readonly AnyNode[]): { readonly text: string; readonly hasValue: boolean } {
    const at = `(i32.shl ${this.#value(index)} (i32.const 2))`;
    const operands = values.map((value) => this.#value(value)).join(' ');
    if (name === 'load') return { text: `(i32.atomic.load ${at})`, hasValue: true };
    if (name === 'store') return { text: `(i32.atomic.store ${at} ${operands})`, hasValue: false };
    if (name === 'compareExchange') return { text: `(i32.atomic.rmw.cmpxchg ${at} ${operands})`, hasValue: true };
    return { text: `(i32.atomic.rmw.${ATOMIC_RMW[name] ?? this.#refuse(node)} ${at} ${operands})`, hasValue: true };
  }

  /** Of whole numbers from 0: there Math.floor(a / b) is what WebAssembly divides. */
  #quotient(node: AnyNode): string {
    if (node.type !== 'BinaryExpression' || node.operator !== '/') return this.#refuse(node);
    return `(i32.div_u ${this.#value(node.left)} ${this.#value(node.right)})`;
  }

  /** Of `m[i]` or `m8[i]`: which view, and i. */
  #place(node: AnyNode): { readonly isByte: boolean; readonly index: AnyNode } {
    if (node.type !== 'MemberExpression' || !node.computed || node.object.type !== 'Identifier' || !VIEWS.has(node.object.name)) return this.#refuse(node);
    return { isByte: node.object.name === 'm8', index: node.property };
  }

  /** The operand that addresses word or byte `index`, with what is added to it at last as an offset. */
  #address(index: AnyNode, isByte: boolean): string {
    if (isByte) return this.#value(index);
    const sum = index.type === 'BinaryExpression' && index.operator === '|' && this.#constant(index.right) === 0 ? index.left : index;
    if (sum.type === 'BinaryExpression' && sum.operator === '+') {
      const offset = this.#constant(sum.right);
      if (offset !== null && offset >= 0) return `offset=${offset * 4} (i32.shl ${this.#value(sum.left)} (i32.const 2))`;
    }
    return `(i32.shl ${this.#value(index)} (i32.const 2))`;
  }

  /** The number that `node` is at compile time, or null. */
  #constant(node: AnyNode): number | null {
    if (node.type === 'Literal') return typeof node.value === 'number' ? whole(node.value) : typeof node.value === 'boolean' ? Number(node.value) : null;
    const value = this.#known(node);
    if (typeof value === 'number') return whole(value);
    if (node.type === 'UnaryExpression' && node.operator === '!') return negated(this.#constant(node.argument));
    if (node.type === 'LogicalExpression') return this.#decided(node);
    if (node.type === 'ConditionalExpression') {
      const test = this.#constant(node.test);
      return test === null ? null : this.#constant(test !== 0 ? node.consequent : node.alternate);
    }
    if (node.type !== 'BinaryExpression' || node.operator === '/') return null;
    const [left, right] = [this.#constant(node.left), this.#constant(node.right)];
    if (left === null || right === null) return null;
    switch (node.operator) {
      case '+': return left + right;
      case '-': return left - right;
      case '*': return left * right;
      case '&': return left & right;
      case '|': return left | right;
      case '<<': return left << right;
      case '===': return Number(left === right);
      case '!==': return Number(left !== right);
      case '<': return Number(left < right);
      case '>': return Number(left > right);
      default: return null;
    }
  }

  /** 0 or 1 for an && or || that is decided by its left operand, or by both. */
  #decided({ operator, left, right }: LogicalExpression): number | null {
    if (operator === '??') return null;
    const decisive = operator === '&&' ? 0 : 1;
    const [first, second] = [this.#constant(left), this.#constant(right)];
    if (first !== null && Number(first !== 0) === decisive) return decisive;
    return first !== null && second !== null ? Number(second !== 0) : null;
  }

  /** What a name of the module, or a member of it, stands for. */
  #known(node: AnyNode): unknown {
    if (node.type === 'Identifier') {
      const meant = this.#meaning(node.name);
      return meant === undefined ? this.#constants[node.name] : typeof meant === 'number' ? meant : undefined;
    }
    if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
    return (this.#known(node.object) as Record<string, unknown> | undefined)?.[node.property.name];
  }

  #declare(name: string): string {
    const taken = this.#locals.filter((each) => each.split('.')[0] === name).length + (this.#fn.params.some((param) => param.type === 'Identifier' && param.name === name) ? 1 : 0);
    const local = taken === 0 ? name : `${name}.${taken}`;
    this.#locals.push(local);
    this.#scopes[0].set(name, local);
    return local;
  }

  #temporary(): string {
    const local = `at.${this.#locals.length}`;
    this.#locals.push(local);
    return local;
  }

  #local(name: string): string | undefined {
    const meant = this.#meaning(name);
    return typeof meant === 'string' ? meant : undefined;
  }

  #meaning(name: string): string | number | undefined {
    return this.#scopes.find((scope) => scope.has(name))?.get(name);
  }

  #refuse(node: AnyNode): never {
    throw new Error(`${this.#fn.id.name}: can't be compiled: ${this.#textOf(node)}`);
  }
}

function whole(value: number): number | null {
  return Number.isInteger(value) ? value : null;
}

function negated(value: number | null): number | null {
  return value === null ? null : Number(value === 0);
}

/** `x < 0 || x >= size`, of a local and a size, which is not negative: as one unsigned comparison. */
function isOutside(node: AnyNode): node is LogicalExpression & { left: BinaryExpression; right: BinaryExpression } {
  if (node.type !== 'LogicalExpression' || node.operator !== '||') return false;
  const { left, right } = node;
  if (left.type !== 'BinaryExpression' || right.type !== 'BinaryExpression' || left.left.type !== 'Identifier' || right.left.type !== 'Identifier') return false;
  return left.left.name === right.left.name && left.operator === '<' && right.operator === '>=' && left.right.type === 'Literal' && left.right.value === 0;
}

function returnsValue(fn: FunctionDeclaration): boolean {
  return contains(fn.body, (node) => node.type === 'ReturnStatement' && node.argument != null);
}

function contains(node: AnyNode, is: (node: AnyNode) => boolean): boolean {
  if (is(node)) return true;
  for (const value of Object.values(node) as unknown[]) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof each === 'object' && each !== null && 'type' in each && contains(each as AnyNode, is)) return true;
    }
  }
  return false;
}
