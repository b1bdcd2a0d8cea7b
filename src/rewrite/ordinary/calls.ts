/**
 * Rewrites calls and `new`. What is called is known at run time only, unless it is a declared function:
 *
 *     f(x)       ($0 = f, $1 = x, ($2 = $0?.$co) !== undefined ? run $2(x) : f($1))
 *     o.m(x)     as above, with `this`
 *     new C(x)   ($0 = C, $1 = x, ($2 = $maker($0)) !== undefined ? make the object, run its constructor : new C($1))
 *
 * Some methods of arrays have coroutines of their own (prologue-lists.ts), so their callbacks may suspend.
 *
 * A function without a coroutine is a built-in, or code that never touches shared memory. If it is given a shared
 * view, or is a method of one, the call is one step.
 */
import { atomicsOp, type AnyNode, type CallExpression, type MemberExpression } from '../syntax.ts';
import { getText, rewriteAtomic } from './accesses.ts';
import { awaited } from './awaited.ts';
import { LIST_METHODS, REPLACED, VIEW_CLASSES, VIEW_METHODS } from './globals.ts';
import { globalName, isGlobal, isPureCall, knownCallee } from './program.ts';
import { sequence, type Writer } from './writer.ts';

type NewExpression = Extract<AnyNode, { type: 'NewExpression' }>;

interface Arguments {
  readonly first: readonly string[];
  /** The arguments as they stand in a call: `$1, $2`, or `...$1`. */
  readonly list: string;
  /** Those that may be views. */
  readonly views: readonly string[];
  /** The first. */
  readonly head: string;
}

export function rewriteCall(w: Writer, node: CallExpression): string | null {
  const { scopes } = w.program;
  const op = atomicsOp(node);
  if (op !== null && isGlobal(scopes, (node.callee as MemberExpression).object, 'Atomics')) return rewriteAtomic(w, node, op);
  const replaced = REPLACED[globalName(scopes, node.callee) ?? ''];
  if (replaced !== undefined) return `${replaced}()`;
  if (node.callee.type === 'Super' || isPureCall(scopes, node)) return null;
  if (!w.frame.suspends) return plainCall(w, node);
  const callee = knownCallee(scopes, w.program.assigned, node);
  if (callee === null) return rewriteChain(w, node);
  if (!w.program.coroutines.has(callee)) return null;
  const { first, list } = argumentsOf(w, node.arguments);
  return sequence(...first, awaited(w, `${callee.id!.name}$co(${list})`));
}

/** Where nothing can suspend, a call is made as written. The methods of views that write must be noticed. */
function plainCall(w: Writer, node: CallExpression): string | null {
  const { callee } = node;
  if (node.optional || callee.type !== 'MemberExpression' || callee.computed || callee.optional || callee.object.type === 'Super') return null;
  if (methodName(node) === 'bind') return `$bindTo(${[callee.object, ...node.arguments].map((each) => w.emit(each)).join(', ')})`;
  if (!VIEW_METHODS.has(methodName(node))) return null;
  return w.op('$method', w.site(node, 'fill'), w.emit(callee.object), `'${methodName(node)}'`, ...node.arguments.map((each) => w.emit(each)));
}

/** Rewrites a call, or a chain of members and calls with `?.`; null where nothing can suspend. */
export function rewriteChain(w: Writer, node: AnyNode): string | null {
  return w.frame.suspends ? follow(w, node, (value) => value) : null;
}

/** Writes `node`, and hands its text, to be used once, and that of its `this` to `then`, which writes what follows in the chain. */
function follow(w: Writer, node: AnyNode, then: (value: string, self: string) => string): string {
  if (node.type === 'CallExpression') {
    if (node.callee.type === 'MemberExpression' && node.callee.property.type === 'PrivateIdentifier') {
      const { callee } = node;
      return follow(w, callee.object, (object) => step(w, object, callee.optional, (self) => then(callPrivate(w, node, self), 'undefined')));
    }
    if (node.callee.type === 'Super') return then(w.splice(node), 'undefined');
    return follow(w, node.callee, (callee, self) => step(w, callee, node.optional, (f) => then(call(w, node, f, self), 'undefined')));
  }
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return then(w.emit(node), node.type === 'MemberExpression' ? w.frame.thisName : 'undefined');
  return follow(w, node.object, (object) => step(w, object, node.optional, (self) => member(w, node, self, then)));
}

/** Keeps `value` in a temporary for what follows; if it is optional and there is none, the chain ends. */
function step(w: Writer, value: string, optional: boolean, then: (name: string) => string): string {
  const name = /^[\w$]+$/.test(value) && !optional ? value : w.temp();
  if (optional) return `((${name} = ${value}) == null ? undefined : ${then(name)})`;
  return name === value ? then(name) : `(${name} = ${value}, ${then(name)})`;
}

function member(w: Writer, node: MemberExpression, self: string, then: (value: string, self: string) => string): string {
  if (node.computed) {
    const { first, use: [key] } = w.operands([node.property]);
    const site = w.site(node, 'load');
    return sequence(...first, w.guard(site, self, key), then(w.hooked ? w.op('$load', site, self, key) : `${self}[${key}]`, self));
  }
  const name = w.program.text.slice(node.property.start, node.property.end);
  return then(w.program.accessors.has(name) ? getText(w, self, name) : `${self}.${name}`, self);
}

/** A private method is known by its name. */
function callPrivate(w: Writer, node: CallExpression, self: string): string {
  const { property } = node.callee as MemberExpression;
  const name = `#${property.type === 'PrivateIdentifier' ? property.name : ''}`;
  const { first, list } = argumentsOf(w, node.arguments);
  const isMethod = w.program.privateMethods.has(name);
  if (isMethod) return sequence(...first, awaited(w, `${self}.${name}$co(${list})`));
  return call(w, node, `${self}.${name}`, self);
}

function call(w: Writer, node: CallExpression, callee: string, self: string): string {
  const f = w.temp();
  const co = w.temp();
  const { first, list, views, head } = argumentsOf(w, node.arguments);
  const given = list === '' ? '' : `, ${list}`;
  const name = methodName(node);
  if (name === 'bind') return `(${[`${f} = ${callee}`, ...first].join(', ')}, ${f}?.$co === undefined ? $bound(${f}, ${self}, ${self}.bind(${list}), [${list}]) : ${awaited(w, `${f}.$co.call(${self}${given})`)})`;
  const run = awaited(w, self === 'undefined' ? `${co}(${list})` : `${co}.call(${self}${given})`);
  if (name === 'call' || name === 'apply') {
    const through = awaited(w, `${self}.$co.${name}(${list})`);
    const isThrough = `${f} === Function.prototype.${name} && ${self}.$co !== undefined`;
    return `(${[`${f} = ${callee}`, ...first].join(', ')}, ${isThrough} ? ${through} : (${co} = ${f}?.$co) !== undefined ? ${run} : ${builtIn(w, node, f, self, list, views)})`;
  }
  const found = LIST_METHODS.has(name) ? `${f}?.$co ?? $listMethod(${f}, ${self}, ${head})` : `${f}?.$co`;
  const missing = `typeof ${f} !== 'function' ? $notFunction(${JSON.stringify(w.program.text.slice(node.callee.start, node.callee.end))}) : `;
  return `(${[`${f} = ${callee}`, ...first].join(', ')}, (${co} = ${found}) !== undefined ? ${run} : ${missing}${builtIn(w, node, f, self, list, views)})`;
}

/** Returns `m` for a call `o.m()`; '' for any other call. */
function methodName({ callee }: CallExpression): string {
  return callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier' ? callee.property.name : '';
}

function builtIn(w: Writer, node: CallExpression, f: string, self: string, list: string, given: readonly string[]): string {
  const name = methodName(node);
  const isSuper = node.callee.type === 'MemberExpression' && node.callee.object.type === 'Super';
  const plain = name !== '' && !isSuper ? `${self}.${name}(${list})` : self === 'undefined' ? `${f}(${list})` : `${f}.call(${self}${list === '' ? '' : `, ${list}`})`;
  const views = [...(VIEW_METHODS.has(name) ? [self] : []), ...given];
  if (views.length === 0) return plain;
  const site = w.site(node, WRITING.test(name) ? 'fill' : 'load');
  const shared = w.temp();
  const guard = `--$budget < 0 && (yield ($index = $place(${shared}, '${name}', ${given[0] ?? '0'}), ${site}))`;
  return `(${shared} = ${views.map((view) => `${view}?.$shared`).join(' ?? ')}) === undefined ? ${plain} : (${guard}, ${w.op('$native', site, shared, f, self, `[${list}]`)})`;
}

/** Built-ins that write into a view. */
const WRITING = /^(?:set|fill|copyWithin|sort|reverse|encodeInto|write|getRandomValues|copy)/;

function argumentsOf(w: Writer, nodes: readonly AnyNode[]): Arguments {
  if (nodes.some(({ type }) => type === 'SpreadElement')) {
    const all = w.temp();
    const text = nodes.map((each) => w.emit(each)).join(', ');
    return { first: [`${all} = [${text}]`], list: `...${all}`, views: [`$anyView(${all})`], head: `${all}[0]` };
  }
  const { first, use } = w.operands(nodes);
  return { first, list: use.join(', '), views: use.filter((_, i) => mayBeView(nodes[i])), head: use[0] ?? 'undefined' };
}

function mayBeView({ type }: AnyNode): boolean {
  return type === 'Identifier' || type === 'MemberExpression' || type === 'CallExpression' || type === 'NewExpression' || type === 'ConditionalExpression' || type === 'LogicalExpression';
}

export function rewriteNew(w: Writer, node: NewExpression): string | null {
  const { scopes } = w.program;
  if (isPureCall(scopes, node)) return null;
  const name = globalName(scopes, node.callee);
  const written = () => node.arguments.map((each) => w.emit(each));
  if (name === 'SharedArrayBuffer') return `$newBuffer(${written().join(', ')})`;
  if (name === 'Proxy') return `$newProxy(${written().join(', ')})`;
  if (name === 'Date' && node.arguments.length === 0) return 'new Date($milliseconds())';
  if (name !== null && VIEW_CLASSES.has(name)) return newView(w, node, name, written);
  if (!w.frame.suspends) return null;
  const callee = w.temp();
  const maker = w.temp();
  const made = w.temp();
  const result = w.temp();
  const text = w.emit(node.callee);
  const { first, list } = argumentsOf(w, node.arguments);
  const run = `(${made} = $make(${callee}), ${result} = ${awaited(w, `${maker}(${made}, [${list}])`)}, $isObject(${result}) ? ${result} : ${made})`;
  return `(${[`${callee} = ${text}`, ...first].join(', ')}, (${maker} = $maker(${callee})) !== undefined ? ${run} : new ${callee}(${list}))`;
}

/** The constructor of a view reads its argument, if that is a view. */
function newView(w: Writer, node: NewExpression, name: string, written: () => readonly string[]): string {
  const hint = `'${hintOf(w, node)}'`;
  const site = w.site(node, 'load');
  if (!w.frame.suspends) {
    const [source = 'undefined', ...rest] = written();
    return w.op('$newView', site, name, hint, source.startsWith('...') ? source : `$count(${source})`, ...rest);
  }
  const { first, list, views: [source] } = argumentsOf(w, node.arguments);
  return sequence(...first, ...(source === undefined ? [] : [w.guardAll(site, source)]), w.op('$newView', site, name, hint, ...(list === '' ? [] : [list])));
}

/** Returns the name of the variable or property that receives the value of `node`; '' if there is none. */
function hintOf({ program: { parents } }: Writer, node: AnyNode): string {
  const parent = parents.get(node);
  if (parent?.type === 'VariableDeclarator') return parent.id.type === 'Identifier' ? parent.id.name : '';
  if (parent?.type === 'AssignmentExpression') return lastName(parent.left);
  if (parent?.type === 'PropertyDefinition' || parent?.type === 'Property') return lastName(parent.key);
  return '';
}

function lastName(node: AnyNode): string {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  return node.type === 'MemberExpression' && !node.computed ? lastName(node.property) : '';
}
