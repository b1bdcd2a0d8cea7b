/** Rewrites accesses of elements, which may be words of a shared view: `a[i]`, `a[i] = v`, `a[i] += v`, `a[i]++`. */
import type { SiteKind } from '../sites.ts';
import type { AnyNode, CallExpression, MemberExpression } from '../syntax.ts';
import { UPDATES } from './globals.ts';
import { awaited } from './awaited.ts';
import { iterated } from './iteration.ts';
import { sequence, type Writer } from './writer.ts';

/** Reports whether `node` is `a[i]` of anything but `super` and a literal name. */
function isElement(node: AnyNode): node is MemberExpression {
  return node.type === 'MemberExpression' && node.computed && node.object.type !== 'Super' && !(node.property.type === 'Literal' && typeof node.property.value === 'string');
}

/** Rewrites a read of `a[i]` or of a getter, or `a[i]` as a target of destructuring; null if it is neither. */
export function rewriteElement(w: Writer, node: MemberExpression): string | null {
  if (isTarget(w.program.parents, node)) return isElement(node) && !isDeleted(w.program.parents, node) ? `$target(${w.site(node, 'store')}, ${w.emit(node.object)}, ${w.emit(node.property)}).value` : null;
  if (!isElement(node)) return rewriteGetter(w, node);
  const site = w.site(node, 'load');
  if (!w.frame.suspends) return w.op('$load', site, `$count(${w.emit(node.object)})`, w.emit(node.property));
  const { first, use: [object, key] } = w.operands([node.object, node.property]);
  return sequence(...first, w.guard(site, object, key), w.hooked ? w.op('$load', site, object, key) : `${object}[${key}]`);
}

/** Reports whether `node` is no read. */
function isTarget(parents: ReadonlyMap<AnyNode, AnyNode>, node: AnyNode): boolean {
  const parent = parents.get(node)!;
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.left === node;
    case 'UpdateExpression':
    case 'ArrayPattern':
    case 'RestElement':
      return true;
    case 'Property':
      return parent.value === node && parents.get(parent)?.type === 'ObjectPattern';
    default:
      return isDeleted(parents, node);
  }
}

function isDeleted(parents: ReadonlyMap<AnyNode, AnyNode>, node: AnyNode): boolean {
  const parent = parents.get(node);
  return parent?.type === 'UnaryExpression' && parent.operator === 'delete';
}

function rewriteGetter(w: Writer, node: MemberExpression): string | null {
  if (!isAccessor(w, node) || !w.frame.suspends) return null;
  const { first, use: [object] } = w.operands([node.object]);
  return sequence(...first, getText(w, object, nameOf(node)));
}

function isAccessor(w: Writer, node: AnyNode): node is MemberExpression {
  if (node.type !== 'MemberExpression' || node.computed || node.object.type === 'Super' || node.property.type !== 'Identifier') return false;
  return w.program.accessors.has(node.property.name);
}

function nameOf({ property }: MemberExpression): string {
  return property.type === 'Identifier' ? property.name : '';
}

/** Rewrites an assignment to `a[i]` or to a setter; null if it is neither. */
export function rewriteAssignment(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'AssignmentExpression') return null;
  const { left, right, operator } = node;
  if (isAccessor(w, left) && w.frame.suspends) return operator === '=' ? assignSetter(w, left, right) : changeAccessor(w, left, operator.slice(0, -1), right);
  if (left.type === 'ArrayPattern' && w.frame.suspends) return `(${w.emit(left)} = ${iterated(w, right)})`;
  if (!isElement(left)) return null;
  if (operator === '=') return store(w, left, right);
  if (!w.frame.suspends) return `$change(${w.site(node, 'load')}, ${w.site(node, 'store')}, $count(${w.emit(left.object)}), ${w.emit(left.property)}, ($old) => $old ${operator.slice(0, -1)} (${w.emit(right)}))`;
  const { first, use: [object, key] } = w.operands([left.object, left.property]);
  const [loadSite, storeSite] = [w.site(node, 'load'), w.site(node, 'store')];
  const old = w.temp();
  const load = sequence(...first, w.guard(loadSite, object, key), `${old} = ${read(w, loadSite, object, key)}`);
  const value = w.operands([right]);
  const write = (text: string) => sequence(...value.first, w.guard(storeSite, object, key), w.op('$store', storeSite, object, key, text));
  const binary = operator.slice(0, -1);
  if (binary === '||' || binary === '&&' || binary === '??') return `(${load} ${binary} ${write(value.use[0])})`;
  return sequence(load, write(`${old} ${binary} (${value.use[0]})`));
}

/** Rewrites `o.x += v` of accessors: it gets, evaluates, and sets. */
function changeAccessor(w: Writer, left: MemberExpression, operator: string, right: AnyNode): string {
  const { first, use: [object] } = w.operands([left.object]);
  const old = w.temp();
  const get = sequence(...first, `${old} = ${getText(w, object, nameOf(left))}`);
  const value = w.operands([right]);
  if (operator === '||' || operator === '&&' || operator === '??') return `(${get} ${operator} ${sequence(...value.first, setText(w, object, nameOf(left), value.use[0]))})`;
  const changed = w.temp();
  return sequence(get, ...value.first, `${changed} = ${old} ${operator} ${value.use[0]}`, setText(w, object, nameOf(left), changed));
}

/** Returns the value of the getter `name` of `object`, or of its property. */
export function getText(w: Writer, object: string, name: string): string {
  const getter = w.temp();
  return `((${getter} = $accessor(${object}, '${name}', 'get')) !== undefined ? ${awaited(w, `${getter}.call(${object})`)} : ${object}.${name})`;
}

function setText(w: Writer, object: string, name: string, value: string): string {
  const setter = w.temp();
  return `((${setter} = $accessor(${object}, '${name}', 'set')) !== undefined ? (${awaited(w, `${setter}.call(${object}, ${value})`)}, ${value}) : ${object}.${name} = ${value})`;
}

function assignSetter(w: Writer, left: MemberExpression, right: AnyNode): string {
  const { first, use: [object, value] } = w.operands([left.object, right]);
  return sequence(...first, setText(w, object, nameOf(left), value));
}

function store(w: Writer, left: MemberExpression, right: AnyNode): string {
  const site = w.site(left, 'store');
  if (!w.frame.suspends) return w.op('$store', site, `$count(${w.emit(left.object)})`, w.emit(left.property), w.emit(right));
  const { first, use: [object, key, value] } = w.operands([left.object, left.property, right]);
  return sequence(...first, w.guard(site, object, key), w.op('$store', site, object, key, value));
}

function read(w: Writer, site: number, object: string, key: string): string {
  return w.hooked ? w.op('$load', site, object, key) : `${object}[${key}]`;
}

/** Rewrites `a[i]++` and its like: a load and a store, with other threads in between. */
export function rewriteUpdate(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'UpdateExpression') return null;
  if (isAccessor(w, node.argument) && w.frame.suspends) return updateAccessor(w, node.argument, node.operator[0], node.prefix);
  if (!isElement(node.argument)) return null;
  const { object: target, property } = node.argument;
  const [loadSite, storeSite] = [w.site(node, 'load'), w.site(node, 'store')];
  if (!w.frame.suspends) return `$change(${loadSite}, ${storeSite}, $count(${w.emit(target)}), ${w.emit(property)}, ($old) => $next($old, ${node.operator[0]}1), ${!node.prefix})`;
  const { first, use: [object, key] } = w.operands([target, property]);
  const old = w.temp();
  const steps = [
    w.guard(loadSite, object, key),
    `${old} = $numeric(${read(w, loadSite, object, key)})`,
    w.guard(storeSite, object, key),
    w.op('$store', storeSite, object, key, `$next(${old}, ${node.operator[0]}1)`),
  ];
  return sequence(...first, ...steps, ...(node.prefix ? [] : [old]));
}

function updateAccessor(w: Writer, target: MemberExpression, sign: string, prefix: boolean): string {
  const { first, use: [object] } = w.operands([target.object]);
  const [old, changed] = [w.temp(), w.temp()];
  return sequence(...first, `${old} = $numeric(${getText(w, object, nameOf(target))})`, `${changed} = $next(${old}, ${sign}1)`, setText(w, object, nameOf(target), changed), prefix ? changed : old);
}

const ATOMIC_KINDS: Readonly<Record<string, SiteKind>> = { load: 'atomic load', store: 'atomic store', compareExchange: 'cas', wait: 'wait', waitAsync: 'wait', notify: 'notify' };
const ATOMIC_OPS: Readonly<Record<string, string>> = { load: '$aload', store: '$astore', compareExchange: '$cas', notify: '$notify', waitAsync: '$waitAsync' };
/** Both variants know which wait or notify it is: reports about threads that wait are told by it. */
const SITED: ReadonlySet<string> = new Set(['notify', 'waitAsync']);

/** Rewrites `Atomics.op(view, i, …)`. */
export function rewriteAtomic(w: Writer, node: CallExpression, op: string): string | null {
  if (op === 'isLockFree') return null;
  if (op === 'pause') return pause(w, node);
  const site = w.site(node, ATOMIC_KINDS[op] ?? 'rmw');
  const name = UPDATES.has(op) ? '$update' : ATOMIC_OPS[op];
  const which = UPDATES.has(op) ? [`$${op}`, `'${op}'`] : [];
  if (!w.frame.suspends) {
    const [view = 'undefined', ...rest] = node.arguments.map((each) => w.emit(each));
    if (SITED.has(op)) return `${name}(${[site, `$count(${view})`, ...rest].join(', ')})`;
    return w.op(op === 'wait' ? '$waitAtomically' : name, site, ...which, `$count(${view})`, ...rest);
  }
  const { first, use: [view = 'undefined', index = 'undefined', ...rest] } = w.operands(node.arguments);
  const guard = w.guard(site, view, index);
  if (op === 'wait') {
    const [value = 'undefined', timeout = 'Infinity'] = rest;
    return sequence(...first, guard, `${w.op('$sleeps', site, view, index, value, timeout)} ? (yield $park(${site}, ${view}, ${index}, ${timeout})) : 'not-equal'`);
  }
  if (SITED.has(op)) return sequence(...first, guard, `${name}(${[site, view, index, ...rest].join(', ')})`);
  return sequence(...first, guard, w.op(name, site, ...which, view, index, ...rest));
}

/** A pause lets other threads run, as a spinner's pause in the core does. */
function pause(w: Writer, node: CallExpression): string {
  if (!w.frame.suspends) return 'undefined';
  const { first } = w.operands(node.arguments);
  return sequence(...first, '--$budget', `yield $pause(${w.site(node, 'spin')})`, 'undefined');
}
