/** Writes expressions as WebAssembly text: values, effects, and conditions as branches. */
import type { BinaryExpression, LogicalExpression } from 'acorn';
import type { AnyNode, CallExpression } from '../rewrite/syntax.ts';
import { PTR_TAG } from '../memory/address.ts';
import { Intrinsics, isUnsigned } from './intrinsics.ts';
import { returnsValue } from './returns.ts';
import { VIEWS, parametersOf, passedTo, variantName, type Variant } from './variants.ts';

const BINARY: Readonly<Record<string, string>> = {
  '+': 'add', '-': 'sub', '*': 'mul', '%': 'rem_s', '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl', '>>': 'shr_s', '>>>': 'shr_u',
  '===': 'eq', '!==': 'ne', '<': 'lt_s', '<=': 'le_s', '>': 'gt_s', '>=': 'ge_s',
};
const OPPOSITE: Readonly<Record<string, string>> = { '===': '!==', '!==': '===', '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const ATOMIC_RMW: Readonly<Record<string, string>> = { add: 'add', sub: 'sub', and: 'and', or: 'or', xor: 'xor', exchange: 'xchg' };
/** The plain accesses of sync/racy.ts, by the view they access. */
const RACY: Readonly<Record<string, readonly [op: string, isByte: boolean]>> = {
  racyLoad: ['i32.load', false], racyLoadByte: ['i32.load8_u', true],
  racyStore: ['i32.store', false], racyStoreByte: ['i32.store8', true],
};

/** A pointer's tag as the upper half of a heap word. */
const TAG_ALONE = BigInt(PTR_TAG) << 32n;

export class Expressions extends Intrinsics {
  /** Called variants of functions, by name. */
  readonly calls = new Map<string, Variant>();
  /** Called functions that stay JavaScript. */
  readonly imported = new Set<string>();
  protected labels = 0;

  /** Writes an expression whose value is unused. */
  protected effect(node: AnyNode): string {
    if (node.type === 'AssignmentExpression') return this.assign(node.left, node.operator === '=' ? null : node.operator.slice(0, -1), () => this.value(node.right));
    if (node.type === 'SequenceExpression') return node.expressions.map((each) => this.effect(each)).join(' ');
    if (node.type === 'UpdateExpression') return this.assign(node.argument, node.operator[0], () => '(i32.const 1)');
    if (node.type !== 'CallExpression') return this.refuse(node);
    const call = this.call(node);
    return call.hasValue ? `(drop ${call.text})` : call.text;
  }

  /** Writes `target = value` or `target op= value`. */
  protected assign(target: AnyNode, operator: string | null, value: () => string): string {
    const combine = (old: string) => (operator === null ? value() : `(i32.${BINARY[operator] ?? this.refuse(target)} ${old} ${value()})`);
    if (target.type === 'Identifier') {
      const local = this.local(target.name) ?? this.refuse(target);
      return `(local.set $${local} ${combine(`(local.get $${local})`)})`;
    }
    if (target.type !== 'MemberExpression') return this.refuse(target);
    const { isByte, index } = this.place(target);
    const [load, store] = isByte ? ['i32.load8_u', 'i32.store8'] : ['i32.load', 'i32.store'];
    if (operator === null) return `(${store} ${this.address(index, isByte)} ${value()})`;
    const at = this.temporary();
    return `(local.set $${at} ${isByte ? this.ofByte(index) : this.ofWord(index)}) (${store} (local.get $${at}) ${combine(`(${load} (local.get $${at}))`)})`;
  }

  protected value(node: AnyNode): string {
    const constant = this.constant(node);
    if (constant !== null) return `(i32.const ${constant | 0})`;
    switch (node.type) {
      case 'Identifier':
        return `(local.get $${this.local(node.name) ?? this.refuse(node)})`;
      case 'UnaryExpression':
        if (node.operator === '!') return `(i32.eqz ${this.test(node.argument)})`;
        if (node.operator === '~') return `(i32.xor ${this.value(node.argument)} (i32.const -1))`;
        return node.operator === '-' ? `(i32.sub (i32.const 0) ${this.value(node.argument)})` : this.refuse(node);
      case 'BinaryExpression': {
        if (node.operator === '|' && this.constant(node.right) === 0) return this.truncated(node.left);
        if (node.operator === '<' && isUnsigned(node.left) && isUnsigned(node.right)) return `(i32.lt_u ${this.value(node.left.left)} ${this.value(node.right.left)})`;
        if (OPPOSITE[node.operator] !== undefined && (isUnsigned(node.left) || isUnsigned(node.right))) return this.refuse(node);
        const op = BINARY[node.operator] ?? this.refuse(node);
        return `(i32.${op} ${this.value(node.left)} ${this.value(node.right)})`;
      }
      case 'LogicalExpression':
        return this.test(node);
      case 'ConditionalExpression': {
        const known = this.constant(node.test);
        if (known !== null) return this.value(known !== 0 ? node.consequent : node.alternate);
        if (this.constant(node.consequent) === 2 && this.constant(node.alternate) === 0) return `(i32.shl ${this.test(node.test)} (i32.const 1))`;
        return `(if (result i32) ${this.test(node.test)} (then ${this.value(node.consequent)}) (else ${this.value(node.alternate)}))`;
      }
      case 'UpdateExpression': {
        if (node.argument.type !== 'Identifier' || node.prefix) return this.refuse(node);
        return `(block (result i32) ${this.value(node.argument)} ${this.effect(node)})`;
      }
      case 'MemberExpression': {
        const list = this.listOf(node);
        if (list !== undefined) return this.element(...list, this.value(node.property));
        const { isByte, index } = this.place(node);
        return `(${isByte ? 'i32.load8_u' : 'i32.load'} ${this.address(index, isByte)})`;
      }
      case 'CallExpression': {
        const inlined = this.inlined(node);
        if (inlined !== null) return this.elsewhere(() => this.value(inlined));
        const { text, hasValue } = this.call(node);
        return hasValue ? text : this.refuse(node);
      }
      default:
        return this.refuse(node);
    }
  }

  /** Writes a condition as 0 or 1. The operands of && and || are conditions, not values. */
  protected test(node: AnyNode): string {
    if (node.type !== 'LogicalExpression') return this.value(node);
    const label = this.labels++;
    return `(block $end${label} (result i32) (block $no${label} ${this.jumpUnless(node, `$no${label}`)} (br $end${label} (i32.const 1))) (i32.const 0))`;
  }

  /** Branches to `label` if `test` is false. It branches rather than computes: a predicted branch is faster. */
  protected jumpUnless(test: AnyNode, label: string): string {
    const known = this.constant(test);
    if (known !== null) return known === 0 ? `(br ${label})` : '';
    const inlined = this.inlined(test);
    if (inlined !== null) return this.elsewhere(() => this.jumpUnless(inlined, label));
    if (test.type === 'UnaryExpression' && test.operator === '!') return this.jumpIf(test.argument, label);
    if (isOutside(test)) return `(br_if ${label} (i32.lt_u ${this.value(test.right.left)} ${this.value(test.right.right)}))`;
    if (test.type !== 'LogicalExpression') return `(br_if ${label} ${this.opposite(test)})`;
    if (test.operator === '??') return this.refuse(test);
    if (test.operator === '&&') return `${this.jumpUnless(test.left, label)} ${this.jumpUnless(test.right, label)}`;
    const holds = `$holds${this.labels++}`;
    return `(block ${holds} ${this.jumpIf(test.left, holds)} ${this.jumpUnless(test.right, label)})`;
  }

  protected jumpIf(test: AnyNode, label: string): string {
    const known = this.constant(test);
    if (known !== null) return known === 0 ? '' : `(br ${label})`;
    const inlined = this.inlined(test);
    if (inlined !== null) return this.elsewhere(() => this.jumpIf(inlined, label));
    if (test.type === 'UnaryExpression' && test.operator === '!') return this.jumpUnless(test.argument, label);
    if (isOutside(test)) return `(br_if ${label} (i32.ge_u ${this.value(test.right.left)} ${this.value(test.right.right)}))`;
    if (test.type !== 'LogicalExpression') return `(br_if ${label} ${this.value(test)})`;
    if (test.operator === '??') return this.refuse(test);
    if (test.operator === '||') return `${this.jumpIf(test.left, label)} ${this.jumpIf(test.right, label)}`;
    const fails = `$fails${this.labels++}`;
    return `(block ${fails} ${this.jumpUnless(test.left, fails)} ${this.jumpIf(test.right, label)})`;
  }

  protected opposite(test: AnyNode): string {
    const operator = test.type === 'BinaryExpression' && !isUnsigned(test.left) ? OPPOSITE[test.operator] : undefined;
    return operator === undefined ? `(i32.eqz ${this.value(test)})` : this.value({ ...test, operator } as AnyNode);
  }

  protected call(node: CallExpression): { readonly text: string; readonly hasValue: boolean } {
    const { callee } = node;
    const args = node.arguments as readonly AnyNode[];
    if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.property.type === 'Identifier') {
      if (callee.object.name === 'm' && callee.property.name === 'fill') return { text: this.fill(node, args), hasValue: false };
      if (callee.object.name === 'Atomics') return this.atomic(node, callee.property.name, args.slice(1));
      if (callee.object.name === 'Math' && callee.property.name === 'clz32') return { text: `(i32.clz ${this.value(args[0])})`, hasValue: true };
      if (callee.object.name === 'Math' && callee.property.name === 'imul') return { text: `(i32.mul ${this.value(args[0])} ${this.value(args[1])})`, hasValue: true };
      if (callee.object.name === 'Math' && callee.property.name === 'max') return { text: this.larger(args), hasValue: true };
      if (callee.object.name === 'Math' && callee.property.name === 'floor') return { text: this.quotient(args[0]), hasValue: true };
    }
    if (callee.type !== 'Identifier') return this.refuse(node);
    if (callee.name === 'prefetchAll') return { text: this.touchAll(args.slice(1)), hasValue: false };
    if (callee.name === 'lowestBit') return { text: `(i32.ctz ${this.value(args[0])})`, hasValue: true };
    if (callee.name === 'pointsIntoHeap' && this.constant(args[4]) === 2 && this.around.target.address === 'i32') return { text: this.pointerTest(args.slice(1)), hasValue: true };
    const racy = RACY[callee.name];
    if (racy !== undefined) {
      const [op, isByte] = racy;
      const [index, ...values] = args.slice(isByte ? 2 : 1);
      return { text: `(${op} ${[this.address(index, isByte), ...values.map((value) => this.value(value))].join(' ')})`, hasValue: values.length === 0 };
    }
    if (callee.name === 'fatal') return { text: this.failure(node, args), hasValue: false };
    if (callee.name === 'addWide' && !this.around.imports.has('addWide')) return { text: this.addWide(args[1], args[2]), hasValue: false };
    const fn = this.around.functions.get(callee.name) ?? this.refuse(node);
    const passed = passedTo(fn, args);
    const hasValue = returnsValue(fn);
    if (this.around.imports.has(callee.name)) {
      this.imported.add(callee.name);
      return { text: `(call $${callee.name} ${passed.map((arg) => this.value(arg)).join(' ')})`, hasValue };
    }
    const params = parametersOf(fn) ?? this.refuse(node);
    const constants = passed.map((arg) => this.constant(arg));
    const variant = { fn: callee.name, bound: Object.fromEntries(params.flatMap((name, i) => (constants[i] === null ? [] : [[name, constants[i]]]))) };
    const name = variantName(variant);
    this.calls.set(name, variant);
    const values = passed.filter((_, i) => constants[i] === null).map((arg) => this.value(arg));
    return { text: `(call $${name} ${values.join(' ')})`, hasValue };
  }

  /** Returns the returned expression of a callee that only returns and takes only the memory, for inlining: V8 inlines no WebAssembly. */
  protected inlined(node: AnyNode): AnyNode | null {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || RACY[node.callee.name] !== undefined) return null;
    const fn = this.around.functions.get(node.callee.name);
    if (fn === undefined || fn.params.some((param) => param.type !== 'Identifier' || !VIEWS.has(param.name))) return null;
    const [only, ...more] = fn.body.body;
    return more.length === 0 && only?.type === 'ReturnStatement' && only.argument ? only.argument : null;
  }

  protected atomic(node: AnyNode, name: string, [index, ...values]: readonly AnyNode[]): { readonly text: string; readonly hasValue: boolean } {
    const at = this.ofWord(index);
    const operands = values.map((value) => this.value(value)).join(' ');
    if (name === 'load') return { text: `(i32.atomic.load ${at})`, hasValue: true };
    if (name === 'store') return { text: `(i32.atomic.store ${at} ${operands})`, hasValue: false };
    if (name === 'compareExchange') return { text: `(i32.atomic.rmw.cmpxchg ${at} ${operands})`, hasValue: true };
    return { text: `(i32.atomic.rmw.${ATOMIC_RMW[name] ?? this.refuse(node)} ${at} ${operands})`, hasValue: true };
  }

  /** Writes pointsIntoHeap of gc/heap-pointer.ts for a small 64-bit machine as one comparison of 64 bits. A larger machine's tags vary. */
  protected pointerTest([slot, arena, used]: readonly AnyNode[]): string {
    const word = `(i64.load ${this.address(slot, false)})`;
    const wide = (bytes: AnyNode) => `(i64.extend_i32_u ${this.value(bytes)})`;
    return `(i64.lt_u (i64.sub (i64.sub ${word} (i64.const ${TAG_ALONE})) ${wide(arena)}) ${wide(used)})`;
  }

  /** Writes prefetchAll of memory/prefetch.ts as a loop of loads. */
  protected touchAll([from, to, step]: readonly AnyNode[]): string {
    const [label, at] = [`$touch${this.labels++}`, this.temporary()];
    const type = this.around.target.address;
    const next = `(local.tee $${at} (${type}.add (local.get $${at}) ${this.ofWord(step)}))`;
    // The value is stored: engines drop a load whose value is unused.
    const load = `(global.set $touched (i32.load ${this.shifted(`(i32.load (local.get $${at}))`)}))`;
    return `(local.set $${at} ${this.ofWord(from)}) (if (${type}.lt_u (local.get $${at}) ${this.ofWord(to)}) (then (loop ${label} ${load} (br_if ${label} (${type}.lt_u ${next} ${this.ofWord(to)})))))`;
  }

  /** Writes `node | 0`, in which a division is one of integers. */
  protected truncated(node: AnyNode): string {
    if (node.type !== 'BinaryExpression' || node.operator !== '/') return this.value(node);
    return `(i32.div_s ${this.value(node.left)} ${this.value(node.right)})`;
  }

  /** Writes Math.floor(a / b) of non-negative integers as an integer division. */
  protected quotient(node: AnyNode): string {
    if (node.type !== 'BinaryExpression' || node.operator !== '/') return this.refuse(node);
    return `(i32.div_u ${this.value(node.left)} ${this.value(node.right)})`;
  }

  /** Returns the view and index of `m[i]` or `m8[i]`. */
  protected place(node: AnyNode): { readonly isByte: boolean; readonly index: AnyNode } {
    if (node.type !== 'MemberExpression' || !node.computed || node.object.type !== 'Identifier' || !VIEWS.has(node.object.name)) return this.refuse(node);
    return { isByte: node.object.name === 'm8', index: node.property };
  }

  /** Returns the address operand of word or byte `index`, with a constant addend as its offset. */
  protected address(index: AnyNode, isByte: boolean): string {
    if (isByte) return this.ofByte(index);
    const sum = index.type === 'BinaryExpression' && index.operator === '|' && this.constant(index.right) === 0 ? index.left : index;
    if (sum.type === 'BinaryExpression' && sum.operator === '+') {
      const offset = this.constant(sum.right);
      if (offset !== null && offset >= 0) return `offset=${offset * 4} ${this.ofWord(sum.left)}`;
    }
    return this.ofWord(index);
  }

  /** Returns the byte address of the word with this index, which is not negative. */
  protected ofWord(index: AnyNode): string {
    return this.shifted(this.value(index));
  }

  /** Returns the address of the byte with this index, which is not negative. */
  protected ofByte(index: AnyNode): string {
    return this.around.target.address === 'i64' ? `(i64.extend_i32_u ${this.value(index)})` : this.value(index);
  }

  protected shifted(index: string): string {
    return this.around.target.address === 'i64' ? `(i64.shl (i64.extend_i32_u ${index}) (i64.const 2))` : `(i32.shl ${index} (i32.const 2))`;
  }
}

/** Matches `x < 0 || x >= size`, with a local x and a non-negative size: one unsigned comparison. */
function isOutside(node: AnyNode): node is LogicalExpression & { left: BinaryExpression; right: BinaryExpression } {
  if (node.type !== 'LogicalExpression' || node.operator !== '||') return false;
  const { left, right } = node;
  if (left.type !== 'BinaryExpression' || right.type !== 'BinaryExpression' || left.left.type !== 'Identifier' || right.left.type !== 'Identifier') return false;
  return left.left.name === right.left.name && left.operator === '<' && right.operator === '>=' && left.right.type === 'Literal' && left.right.value === 0;
}
