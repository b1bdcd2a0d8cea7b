/**
 * Writes the coroutines. Only expressions are rewritten, each on its own source lines:
 *
 *     m[i]              (--$budget < 0 && (yield ($index = i, 7)), m[i])
 *     m[f(m)] = v       ($0 = …, --$budget < 0 && (yield …), m[$0] = v)
 *     m[i] += v         (guard, $0 = m[i], guard, m[i] = $0 + v)
 *     f(m, x)           (($0 = f(m, x), $1 = $0.next()).done ? $1.value : ($push($0), yield $1.value))
 *
 * The guard comes directly before the access and after the evaluation of its operands. So no
 * other thread runs between the guard and the access when the coroutine is resumed.
 */
import { atomicsOp, childrenOf, type AnyNode, type CallExpression, type MemberExpression } from './syntax.ts';
import { calleeOf, isAccess, isBytes, isMemory, passesMemory, type CoreProgram, type SharedFunction } from './program.ts';
import { isBootWord } from './boot-words.ts';
import { isPure, mayWait, sizeOf } from './purity.ts';
import { asExpression, type InlineBody } from './inline.ts';
import type { Binding } from './scopes.ts';
import type { SiteKind } from './sites.ts';

/** Numbers the site of the access at `node`. */
export type NumberSite = (node: AnyNode, kind: SiteKind, fn: string) => number;

/** Functions that only burn time. Their callers park for that time, so that other threads run during a spin. */
const SPINS = new Set(['procyield', 'spinHint']);
/** Duration of one pause instruction, in nanoseconds. */
const PAUSE_NS = 5;
/** The nesting limit of inlined calls. */
const INLINE_DEPTH = 4;
/** Of a function with this many guards, callees are inlined only if they are tiny: V8's compiler takes more than linear time in the guards. */
const MANY_GUARDS = 12;
/** The largest body that is tiny, in syntax nodes. */
const TINY = 20;

const RMW: Readonly<Record<string, string>> = { add: '$add', sub: '$sub', and: '$and', or: '$or', xor: '$xor', exchange: '$exchange' };

/** What is emitted besides the guards. */
export interface Form {
  /** Report each access to the host. */
  readonly hooked: boolean;
  /** Keep the call stack, for monitors that report where an access was made. */
  readonly stacks: boolean;
}

/** The element of `m` or `m8` that an access touches. */
interface Place {
  readonly view: string;
  readonly kind: '' | 'byte ';
  /** Suffix of the names of its operations in the prologue. */
  readonly suffix: '' | '8';
  readonly index: string;
  /** Index of the word that contains it. */
  readonly word: string;
}

export class Emitter {
  readonly #program: CoreProgram;
  readonly #numberSite: NumberSite;
  readonly #hooked: boolean;
  readonly #stacks: boolean;
  /** The function being written. */
  #fn = '';
  /** Temporaries in use now, and the maximum so far. */
  #temps = 0;
  #mostTemps = 0;
  /** Guards so far. */
  #guards = 0;
  /** Names of the variables of inlined functions. */
  readonly #renamed = new Map<Binding, string>();
  readonly #inlining: SharedFunction[] = [];

  constructor(program: CoreProgram, { hooked, stacks }: Form, numberSite: NumberSite) {
    this.#program = program;
    this.#hooked = hooked;
    this.#stacks = stacks;
    this.#numberSite = numberSite;
  }

  /** Returns the whole module, rewritten. */
  module(): string {
    let text = '';
    let at = 0;
    const coroutines = [...this.#program.shared.values()].filter((each) => each.coroutine);
    for (const each of coroutines.sort((a, b) => a.node.start - b.node.start)) {
      text += this.#program.text.slice(at, each.node.start) + this.#coroutine(each);
      at = each.node.end;
    }
    return text + this.#program.text.slice(at);
  }

  #coroutine({ name, node }: SharedFunction): string {
    this.#fn = name;
    this.#temps = this.#mostTemps = this.#guards = 0;
    const head = this.#program.text.slice(node.start, node.body.start).replace('function', 'function*');
    const body = this.#splice(node.body);
    const temps = Array.from({ length: this.#mostTemps }, (_, i) => `$${i}`);
    return `${head}{${temps.length > 0 ? ` let ${temps.join(', ')};` : ''}${body.slice(1)}`;
  }

  #emit(node: AnyNode): string {
    const inUse = this.#temps;
    const text = this.#rewrite(node);
    this.#temps = inUse;
    // A node does not include its parentheses, and the new place may need them.
    if (text === null) return node.type === 'SequenceExpression' ? `(${this.#splice(node)})` : this.#splice(node);
    // Repeated and inlined texts are on one line: add the line breaks of the source.
    const missing = countLines(this.#program.text.slice(node.start, node.end)) - countLines(text);
    return missing > 0 && this.#inlining.length === 0 ? `${text.slice(0, -1)}${'\n'.repeat(missing)})` : text;
  }

  /** Returns the source text of a node with its children rewritten. */
  #splice(node: AnyNode): string {
    let text = '';
    let at = node.start;
    for (const child of childrenOf(node)) {
      text += this.#program.text.slice(at, child.start) + this.#emit(child);
      at = child.end;
    }
    return text + this.#program.text.slice(at, node.end);
  }

  #rewrite(node: AnyNode): string | null {
    switch (node.type) {
      case 'Identifier':
        return this.#rename(node);
      case 'Property':
        return this.#shorthand(node);
      case 'MemberExpression':
        return this.#isElement(node) && !isBootWord(this.#program, node) ? this.#load(node) : null;
      case 'AssignmentExpression':
        if (!this.#isElement(node.left)) return null;
        return node.operator === '=' ? this.#store(node) : this.#compound(node);
      case 'UpdateExpression':
        return this.#isElement(node.argument) ? this.#update(node) : null;
      case 'CallExpression':
        return this.#call(node);
      default:
        return null;
    }
  }

  #isElement(node: AnyNode): boolean {
    return node.type === 'MemberExpression' && node.computed && isAccess(this.#program, node);
  }

  #rename(node: AnyNode): string | null {
    const binding = this.#program.scopes.bindings.get(node);
    return (binding && this.#renamed.get(binding)) ?? null;
  }

  #shorthand(node: AnyNode): string | null {
    if (node.type !== 'Property' || !node.shorthand || node.value.type !== 'Identifier') return null;
    const name = this.#rename(node.value);
    return name === null ? null : `${node.value.name}: ${name}`;
  }

  #temp(): string {
    const name = `$${this.#temps++}`;
    this.#mostTemps = Math.max(this.#mostTemps, this.#temps);
    return name;
  }

  /**
   * Evaluates `nodes` in order. `first` are assignments before the guard; `use` are the texts
   * of the values after it, which may be repeated.
   */
  #operands(nodes: readonly AnyNode[], later: readonly AnyNode[] = []): { first: string[]; use: string[] } {
    const first: string[] = [];
    const use = nodes.map((node, i) => {
      const text = this.#emit(node);
      if (mayWait(this.#program, node, [...nodes.slice(i + 1), ...later])) return oneLine(text);
      const temp = this.#temp();
      first.push(`${temp} = ${text}`);
      return temp;
    });
    return { first, use };
  }

  #guard(site: number, index: string): string {
    this.#guards++;
    return `--$budget < 0 && (yield ($index = ${index}, ${site}))`;
  }

  #site(node: AnyNode, kind: SiteKind): number {
    return this.#numberSite(node, kind, this.#inlining.at(-1)?.name ?? this.#fn);
  }

  /** Returns a call of an operation of the prologue. */
  #op(name: string, site: number, ...args: string[]): string {
    return `${name}(${this.#hooked ? `${site}, ` : ''}m, ${args.join(', ')})`;
  }

  /** Returns the place of `element`, whose index is `index`. */
  #place(element: MemberExpression, index: string): Place {
    if (!isBytes(this.#program, element.object)) return { view: 'm', kind: '', suffix: '', index, word: index };
    return { view: this.#emit(element.object), kind: 'byte ', suffix: '8', index, word: `(${index}) >> 2` };
  }

  #read({ view, suffix, index }: Place, site: number): string {
    return this.#hooked ? `$load${suffix}(${site}, ${view}, ${index})` : `${view}[${index}]`;
  }

  #write({ view, suffix, index, word }: Place, site: number, value: string): string {
    return this.#hooked ? `$store${suffix}(${site}, ${view}, ${index}, ${value})` : `$mark(${word}), ${view}[${index}] = ${value}`;
  }

  #load(node: MemberExpression): string {
    const { first, use } = this.#operands([node.property]);
    const place = this.#place(node, use[0]);
    const site = this.#site(node, `${place.kind}load`);
    return sequence(first, this.#guard(site, place.word), this.#read(place, site));
  }

  #store(node: AnyNode): string {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') throw new Error(node.type);
    const { first, use } = this.#operands([node.left.property, node.right]);
    const place = this.#place(node.left, use[0]);
    const site = this.#site(node, `${place.kind}store`);
    return sequence(first, this.#guard(site, place.word), this.#write(place, site, use[1]));
  }

  /** Load, operand, store: another thread may run between any two. */
  #compound(node: AnyNode): string {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') throw new Error(node.type);
    const operator = node.operator.slice(0, -1);
    const { first, use } = this.#operands([node.left.property], [node.right]);
    const place = this.#place(node.left, use[0]);
    const loadSite = this.#site(node, `${place.kind}load`);
    const storeSite = this.#site(node, `${place.kind}store`);
    const old = this.#temp();
    const load = sequence(first, this.#guard(loadSite, place.word), `${old} = ${this.#read(place, loadSite)}`);
    const right = this.#operands([node.right]);
    const guard = this.#guard(storeSite, place.word);
    if (operator === '||' || operator === '&&' || operator === '??') {
      return `(${load} ${operator} ${sequence(right.first, guard, this.#write(place, storeSite, right.use[0]))})`;
    }
    return sequence([load], ...right.first, guard, this.#write(place, storeSite, `${old} ${operator} (${right.use[0]})`));
  }

  #update(node: AnyNode): string {
    if (node.type !== 'UpdateExpression' || node.argument.type !== 'MemberExpression') throw new Error(node.type);
    const { first, use } = this.#operands([node.argument.property]);
    const place = this.#place(node.argument, use[0]);
    const loadSite = this.#site(node, `${place.kind}load`);
    const storeSite = this.#site(node, `${place.kind}store`);
    const old = this.#temp();
    const steps = [
      this.#guard(loadSite, place.word),
      `${old} = ${this.#read(place, loadSite)}`,
      this.#guard(storeSite, place.word),
      this.#write(place, storeSite, `${old} ${node.operator[0]} 1`),
    ];
    if (!node.prefix && !this.#isStatement(node)) steps.push(old);
    return sequence(first, ...steps);
  }

  #isStatement(node: AnyNode): boolean {
    const parent = this.#program.parents.get(node);
    return parent?.type === 'ExpressionStatement' || (parent?.type === 'ForStatement' && parent.update === node);
  }

  #call(node: CallExpression): string | null {
    const op = atomicsOp(node);
    if (op !== null) return this.#atomic(node, op);
    if (node.callee.type === 'MemberExpression' && isMemory(this.#program, node.callee.object)) return this.#range(node);
    if (!passesMemory(this.#program, node)) return null;
    const callee = calleeOf(this.#program, node);
    if (callee === null) return this.#invoke(node);
    if (callee === 'plain' || !callee.coroutine) return null;
    if (SPINS.has(callee.name)) return this.#spin(node);
    return this.#inline(node, callee) ?? this.#invoke(node);
  }

  /**
   * Calls a coroutine. The callee runs at once. If it yields, the caller yields too, and the
   * callee is resumed before the caller (see $resume in prologue.ts).
   */
  #invoke(node: CallExpression): string {
    const call = this.#splice(node);
    const callee = this.#temp();
    const step = this.#temp();
    return this.#onStack(node, `((${callee} = ${call}, ${step} = ${callee}.next()).done ? ${step}.value : ($push(${callee}), yield ${step}.value))`);
  }

  #onStack(node: CallExpression, text: string): string {
    if (!this.#stacks) return text;
    const site = this.#site(node, 'call');
    const result = this.#temp();
    return `($calls.push(${site}), ${result} = ${text}, $calls.pop(), ${result})`;
  }

  #atomic(node: CallExpression, op: string): string {
    const operands = this.#operands(node.arguments.slice(1));
    const [index, ...rest] = operands.use;
    const kinds: Readonly<Record<string, SiteKind>> = { load: 'atomic load', store: 'atomic store', compareExchange: 'cas', wait: 'wait', notify: 'notify' };
    const site = this.#site(node, kinds[op] ?? 'rmw');
    const guard = this.#guard(site, index);
    if (op === 'wait') {
      const [value, timeout = 'Infinity'] = rest;
      const sleep = `${this.#op('$sleeps', site, index, value)} ? (yield $park(${site}, ${index}, ${timeout})) : 'not-equal'`;
      return sequence(operands.first, guard, sleep);
    }
    if (op === 'load' && !this.#hooked) return sequence(operands.first, guard, `m[${index}] ?? $wild(${index})`);
    const name = RMW[op] ?? { load: '$aload', store: '$astore', compareExchange: '$cas', notify: '$notify' }[op];
    return sequence(operands.first, guard, this.#op(name!, site, index, ...rest));
  }

  #range(node: CallExpression): string {
    const fills = node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && node.callee.property.name === 'fill';
    const site = this.#site(node, fills ? 'fill' : 'copy');
    const { first, use } = this.#operands(node.arguments);
    const start = (fills ? use[1] : use[0]) ?? '0';
    return sequence(first, this.#guard(site, `$range(${start})`), this.#op(fills ? '$fill' : '$copy', site, ...use));
  }

  /** Parks for the duration of the spin. */
  #spin(node: CallExpression): string {
    const site = this.#site(node, 'spin');
    const { first, use } = this.#operands(node.arguments.slice(1));
    return sequence(first, '--$budget', `yield $park(${site}, -1, ${(PAUSE_NS * 1e-6).toFixed(6)} * (${use[0] ?? '1'}))`);
  }

  /** Returns the body of a small callee in place of the call, or null if the callee is not small. */
  #inline(node: CallExpression, callee: SharedFunction): string | null {
    if (this.#inlining.length >= INLINE_DEPTH || this.#inlining.includes(callee)) return null;
    if (node.arguments.some((each) => each.type === 'SpreadElement')) return null;
    const body = asExpression(this.#program, callee);
    if (body === null || (this.#guards >= MANY_GUARDS && sizeOf(callee.node.body) > TINY)) return null;
    const args = this.#arguments(node, body);
    this.#inlining.push(callee);
    for (const local of body.locals) this.#renamed.set(local, this.#temp());
    const text = oneLine(body.write((each) => this.#emit(each), (binding) => this.#renamed.get(binding)!));
    for (const binding of [...body.params, ...body.locals]) this.#renamed.delete(binding);
    this.#inlining.pop();
    return `(${[...args, this.#onStack(node, text)].join(', ')})`;
  }

  /** Names the callee's parameters, and returns the assignments that evaluate the arguments in order. */
  #arguments(node: CallExpression, body: InlineBody): string[] {
    const steps: string[] = [];
    const names: string[] = [];
    const given = node.arguments.slice(1);
    for (const [i, param] of body.params.entries()) {
      const argument = given[i];
      const direct = argument && !body.assigned.has(param) && given.every((each) => isPure(this.#program, each));
      if (direct && (argument.type === 'Identifier' || argument.type === 'Literal')) names.push(this.#emit(argument));
      else {
        const text = argument === undefined ? 'undefined' : this.#emit(argument);
        const temp = this.#temp();
        steps.push(`${temp} = ${oneLine(text)}`);
        names.push(temp);
      }
    }
    for (const extra of given.slice(body.params.length)) steps.push(oneLine(this.#emit(extra)));
    for (const [i, param] of body.params.entries()) this.#renamed.set(param, names[i]);
    return steps;
  }
}

function sequence(first: readonly string[], ...steps: readonly string[]): string {
  return `(${[...first, ...steps].join(', ')})`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
