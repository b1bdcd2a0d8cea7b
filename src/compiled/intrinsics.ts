/** Writes what malloc needs beyond arithmetic: constant lists, clearing, failures, counters of two words. */
import type { BinaryExpression } from 'acorn';
import type { AnyNode } from '../rewrite/syntax.ts';
import { Names } from './names.ts';

export abstract class Intrinsics extends Names {
  /** Constant lists of which elements are read, by name. */
  readonly lists = new Map<string, ArrayLike<number>>();
  /** Calls of fatal: their imports, named by code and facts, with the number of facts. */
  readonly failures = new Map<string, number>();

  /** Writes the value of an expression. */
  protected abstract value(node: AnyNode): string;
  /** Writes the byte address of the word with this index. */
  protected abstract ofWord(index: AnyNode): string;

  /** Writes `name[index]` for a constant list: a call of the function that listText writes. */
  protected element(name: string, list: ArrayLike<number>, index: string): string {
    this.lists.set(name, list);
    return `(call $list.${name} ${index})`;
  }

  /** Writes Math.max(a, b). */
  protected larger([a, b]: readonly AnyNode[]): string {
    const [first, second] = [this.scratch(), this.scratch()];
    const [left, right] = [`(local.get $${first})`, `(local.get $${second})`];
    return `(block (result i32) (local.set $${first} ${this.value(a)}) (local.set $${second} ${this.value(b)}) (select ${left} ${right} (i32.gt_s ${left} ${right})))`;
  }

  /** Writes `m.fill(0, from, to)`. */
  protected fill(node: AnyNode, [value, from, to]: readonly AnyNode[]): string {
    if (this.constant(value) !== 0) return this.refuse(node);
    const at = this.temporary();
    return `(local.set $${at} ${this.ofWord(from)}) (memory.fill (local.get $${at}) (i32.const 0) (${this.around.target.address}.sub ${this.ofWord(to)} (local.get $${at})))`;
  }

  /** Writes fatal(code, facts): a call of an import of that name, which throws. */
  protected failure(node: AnyNode, [code, facts]: readonly AnyNode[]): string {
    if (code.type !== 'Literal' || facts.type !== 'ObjectExpression') return this.refuse(node);
    const names: string[] = [];
    const values: string[] = [];
    for (const property of facts.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') return this.refuse(node);
      names.push(property.key.name);
      values.push(this.value(property.value as AnyNode));
    }
    const name = [String(code.value), ...names].join('.');
    this.failures.set(name, values.length);
    return `(call $fatal.${name} ${values.join(' ')}) (unreachable)`;
  }

  /** Writes addWide(m, at, n) as an addition of 64 bits: the low word of a counter comes first. */
  protected addWide(at: AnyNode, n: AnyNode): string {
    const place = this.temporary();
    return `(local.set $${place} ${this.ofWord(at)}) (i64.store (local.get $${place}) (i64.add (i64.load (local.get $${place})) ${this.wide(n)}))`;
  }

  /** Writes a number that may need more than 32 bits: a product, its negative, or a number without a sign. */
  private wide(node: AnyNode): string {
    if (node.type === 'UnaryExpression' && node.operator === '-') return `(i64.sub (i64.const 0) ${this.wide(node.argument)})`;
    if (node.type === 'BinaryExpression' && node.operator === '*') return `(i64.mul ${this.wide(node.left)} ${this.wide(node.right)})`;
    return `(i64.extend_i32_${isUnsigned(node) ? 'u' : 's'} ${this.value(node)})`;
  }
}

/** Matches `x >>> 0`, which may exceed what 32 bits with a sign can compare. */
export function isUnsigned(node: AnyNode): node is BinaryExpression {
  return node.type === 'BinaryExpression' && node.operator === '>>>' && node.right.type === 'Literal' && node.right.value === 0;
}
