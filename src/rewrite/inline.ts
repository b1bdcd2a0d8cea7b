/**
 * Inlines leaf functions as expressions. A generator costs 50 ns a call, so the accessors of
 * records, which are most calls, are inlined:
 *
 *     function top(m, s) { const h = m[s]; if (h === 0) return 0; return h & MASK; }
 *     top(m, x)   →   ($0 = <m[x]>, $0 === 0 ? 0 : $0 & MASK)
 */
import type { CoreProgram, SharedFunction } from './program.ts';
import { sizeOf } from './purity.ts';
import type { Binding } from './scopes.ts';
import { walk, type AnyNode } from './syntax.ts';

/** The largest body that is inlined, in syntax nodes. */
const SMALL = 60;

export interface InlineBody {
  /** All but `m`. */
  readonly params: readonly Binding[];
  readonly locals: readonly Binding[];
  /** Parameters that the body assigns to. */
  readonly assigned: ReadonlySet<Binding>;
  write(emit: (node: AnyNode) => string, nameOf: (binding: Binding) => string): string;
}

const known = new WeakMap<SharedFunction, InlineBody | null>();

/** Returns the body of `callee` as one expression, or null if it is too large or has another shape. */
export function asExpression(program: CoreProgram, callee: SharedFunction): InlineBody | null {
  let body = known.get(callee);
  if (body === undefined) known.set(callee, (body = convert(program, callee)));
  return body;
}

function convert(program: CoreProgram, callee: SharedFunction): InlineBody | null {
  const { node } = callee;
  if (sizeOf(node.body) > SMALL || node.params.some((param) => param.type !== 'Identifier')) return null;
  if (!node.body.body.every(isConvertible) || !returnsLast(node.body.body)) return null;
  let closed = true;
  walk(node.body, (each) => {
    if (each.type === 'FunctionExpression' || each.type === 'ArrowFunctionExpression' || each.type === 'ClassExpression') closed = false;
    if (each.type === 'TemplateElement' && each.value.raw.includes('\n')) closed = false;
    if (each.type === 'ThisExpression' || (each.type === 'Identifier' && each.name === 'arguments')) closed = false;
  });
  if (!closed) return null;
  const own = program.scopes.declared.filter((binding) => binding.owner === node);
  const assigned = new Set<Binding>();
  walk(node.body, (each) => {
    const target = each.type === 'AssignmentExpression' ? each.left : each.type === 'UpdateExpression' ? each.argument : null;
    const binding = target && program.scopes.bindings.get(target);
    if (binding) assigned.add(binding);
  });
  const byDeclaration = new Map(own.map((binding) => [binding.id, binding]));
  return {
    params: node.params.slice(1).map((param) => byDeclaration.get(param)!),
    locals: own.filter((binding) => binding.kind !== 'param'),
    assigned,
    write: (emit, nameOf) => statements(node.body.body, emit, (id) => nameOf(byDeclaration.get(id)!)),
  };
}

function isConvertible(node: AnyNode): boolean {
  switch (node.type) {
    case 'ExpressionStatement':
    case 'ReturnStatement':
    case 'EmptyStatement':
      return true;
    case 'VariableDeclaration':
      return node.declarations.every((each) => each.id.type === 'Identifier');
    case 'BlockStatement':
      return node.body.every(isConvertible);
    case 'IfStatement':
      return isConvertible(node.consequent) && (!node.alternate || isConvertible(node.alternate));
    default:
      return false;
  }
}

/** Does the first branch of each `if` either always return or contain no return? */
function returnsLast(list: readonly AnyNode[]): boolean {
  return list.every((node) => {
    if (node.type === 'BlockStatement') return !contains(node, 'ReturnStatement') || (node === list.at(-1) && returnsLast(node.body));
    if (node.type !== 'IfStatement' || !contains(node, 'ReturnStatement')) return true;
    const then = blockOf(node.consequent);
    if (!returnsLast(then) || !ends(then)) return false;
    return !node.alternate || returnsLast(blockOf(node.alternate));
  });
}

function ends(list: readonly AnyNode[]): boolean {
  const last = list.at(-1);
  if (last === undefined) return false;
  if (last.type === 'ReturnStatement') return true;
  if (last.type === 'BlockStatement') return ends(last.body);
  return last.type === 'IfStatement' && !!last.alternate && ends(blockOf(last.consequent)) && ends(blockOf(last.alternate));
}

function contains(node: AnyNode, type: string): boolean {
  let found = false;
  walk(node, (each) => (found ||= each.type === type));
  return found;
}

function blockOf(node: AnyNode): readonly AnyNode[] {
  return node.type === 'BlockStatement' ? node.body : [node];
}

function statements(list: readonly AnyNode[], emit: (node: AnyNode) => string, nameOf: (id: AnyNode) => string): string {
  const [node, ...rest] = list;
  if (node === undefined) return 'undefined';
  const after = () => statements(rest, emit, nameOf);
  switch (node.type) {
    case 'ReturnStatement':
      return node.argument ? emit(node.argument) : 'undefined';
    case 'ExpressionStatement':
      return `(${emit(node.expression)}, ${after()})`;
    case 'VariableDeclaration': {
      const steps = node.declarations.map((each) => `${nameOf(each.id)} = ${each.init ? emit(each.init) : 'undefined'}`);
      return `(${steps.join(', ')}, ${after()})`;
    }
    case 'BlockStatement':
      return statements([...node.body, ...rest], emit, nameOf);
    case 'IfStatement': {
      const test = `(${emit(node.test)})`;
      const then = statements(blockOf(node.consequent), emit, nameOf);
      if (!contains(node, 'ReturnStatement')) {
        const otherwise = node.alternate ? statements(blockOf(node.alternate), emit, nameOf) : 'undefined';
        return `(${test} ? ${then} : ${otherwise}, ${after()})`;
      }
      return `(${test} ? ${then} : ${statements([...(node.alternate ? blockOf(node.alternate) : []), ...rest], emit, nameOf)})`;
    }
    default:
      return after();
  }
}
