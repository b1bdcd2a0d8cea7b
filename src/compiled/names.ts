/** Resolves names during compilation: to locals or to numbers known at compile time. */
import type { LogicalExpression, MemberExpression } from 'acorn';
import type { AnyNode, FunctionDeclaration } from '../rewrite/syntax.ts';

/** Module-level constants that functions refer to: numbers, and objects of numbers. */
export type Constants = Readonly<Record<string, unknown>>;

/** The module that contains a function. */
export interface Surroundings {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly constants: Constants;
  /** Functions that stay JavaScript: the module imports them, bound to the memory, from env. */
  readonly imports: ReadonlySet<string>;
  readonly textOf: (node: AnyNode) => string;
  readonly target: Target;
}

/** The memory that a module is compiled for. */
export interface Target {
  /** Type of a byte address: i64 for a memory of more than 4 GB. */
  readonly address: 'i32' | 'i64';
  /** The maximum size of the memory, in pages of 64 KB. */
  readonly pages: number;
  /** Words of the memory that are constant there, by their indices. */
  readonly words: ReadonlyMap<number, number>;
}

export class Names {
  protected readonly fn: FunctionDeclaration;
  protected readonly around: Surroundings;
  protected readonly locals: string[] = [];
  /** The locals that are byte addresses. The others are i32. */
  protected readonly addresses = new Set<string>();
  /** From the innermost block outwards: the local or number of each name. */
  protected scopes: Map<string, string | number>[] = [];

  constructor(fn: FunctionDeclaration, around: Surroundings) {
    this.fn = fn;
    this.around = around;
  }

  /** Returns the constant list of whole numbers that `node` is an element of, with its name; undefined if it is no such element. */
  protected listOf(node: AnyNode): readonly [name: string, list: ArrayLike<number>] | undefined {
    if (node.type !== 'MemberExpression' || !node.computed || node.object.type !== 'Identifier') return undefined;
    const { name } = node.object;
    const list = this.meaning(name) === undefined ? this.around.constants[name] : undefined;
    return isList(list) ? [name, list] : undefined;
  }

  /** Returns the value of `node` at compile time, or null if it has none. */
  protected constant(node: AnyNode): number | null {
    if (node.type === 'Literal') return typeof node.value === 'number' ? whole(node.value) : typeof node.value === 'boolean' ? Number(node.value) : null;
    const value = this.known(node);
    if (typeof value === 'number') return whole(value);
    if (node.type === 'MemberExpression') {
      const [, list] = this.listOf(node) ?? [];
      const index = list === undefined ? null : this.constant(node.property as AnyNode);
      if (list !== undefined && index !== null) return list[index] ?? null;
      return this.constantWord(node);
    }
    if (node.type === 'UnaryExpression' && node.operator === '!') return negated(this.constant(node.argument));
    if (node.type === 'LogicalExpression') return this.decided(node);
    if (node.type === 'ConditionalExpression') {
      const test = this.constant(node.test);
      return test === null ? null : this.constant(test !== 0 ? node.consequent : node.alternate);
    }
    if (node.type !== 'BinaryExpression' || node.operator === '/') return null;
    const [left, right] = [this.constant(node.left), this.constant(node.right)];
    if (left === null || right === null) return null;
    switch (node.operator) {
      case '+': return left + right;
      case '-': return left - right;
      case '*': return left * right;
      case '&': return left & right;
      case '|': return left | right;
      case '<<': return left << right;
      case '>>': return left >> right;
      case '===': return Number(left === right);
      case '!==': return Number(left !== right);
      case '<': return Number(left < right);
      case '>': return Number(left > right);
      default: return null;
    }
  }

  /** Returns the value of a word of the memory that is constant in this module's memories. */
  protected constantWord(node: MemberExpression): number | null {
    if (!node.computed || node.object.type !== 'Identifier' || node.object.name !== 'm') return null;
    const index = this.constant(node.property as AnyNode);
    return index === null ? null : (this.around.target.words.get(index) ?? null);
  }

  /** Returns 0 or 1 for an && or || that is decided at compile time. */
  protected decided({ operator, left, right }: LogicalExpression): number | null {
    if (operator === '??') return null;
    const decisive = operator === '&&' ? 0 : 1;
    const [first, second] = [this.constant(left), this.constant(right)];
    if (first !== null && Number(first !== 0) === decisive) return decisive;
    return first !== null && second !== null ? Number(second !== 0) : null;
  }

  /** Returns the value of a module-level name or of one of its members. */
  protected known(node: AnyNode): unknown {
    if (node.type === 'Identifier') {
      const meant = this.meaning(node.name);
      return meant === undefined ? this.around.constants[node.name] : typeof meant === 'number' ? meant : undefined;
    }
    if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
    return (this.known(node.object) as Record<string, unknown> | undefined)?.[node.property.name];
  }

  protected declare(name: string): string {
    const taken = this.locals.filter((each) => each.split('.')[0] === name).length + (this.fn.params.some((param) => param.type === 'Identifier' && param.name === name) ? 1 : 0);
    const local = taken === 0 ? name : `${name}.${taken}`;
    this.locals.push(local);
    this.scopes[0].set(name, local);
    return local;
  }

  /** Declares a local for a number. */
  protected scratch(): string {
    const local = `n.${this.locals.length}`;
    this.locals.push(local);
    return local;
  }

  /** Declares a local for a byte address. */
  protected temporary(): string {
    const local = `at.${this.locals.length}`;
    this.locals.push(local);
    this.addresses.add(local);
    return local;
  }

  protected local(name: string): string | undefined {
    const meant = this.meaning(name);
    return typeof meant === 'string' ? meant : undefined;
  }

  protected meaning(name: string): string | number | undefined {
    return this.scopes.find((scope) => scope.has(name))?.get(name);
  }

  /** Runs outside the scopes of this function. */
  protected elsewhere(write: () => string): string {
    const scopes = this.scopes;
    this.scopes = [];
    const text = write();
    this.scopes = scopes;
    return text;
  }

  /** @throws Error always, with the text of `node` */
  protected refuse(node: AnyNode): never {
    throw new Error(`${this.fn.id.name}: can't be compiled: ${this.around.textOf(node)}`);
  }
}

/** Is `value` a list of whole numbers of 32 bits? */
function isList(value: unknown): value is ArrayLike<number> {
  return value instanceof Int32Array || value instanceof Uint8Array;
}

function whole(value: number): number | null {
  return Number.isInteger(value) ? value : null;
}

function negated(value: number | null): number | null {
  return value === null ? null : Number(value === 0);
}
