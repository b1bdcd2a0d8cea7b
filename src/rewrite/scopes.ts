/** Which declaration each identifier of the bundle means. */
import { childrenOf, isFunction, type AnyNode, type Identifier } from './syntax.ts';

export interface Binding {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'const' | 'let' | 'var' | 'param' | 'import' | 'catch';
  /** The function it is local to; null at module level. */
  readonly owner: AnyNode | null;
  /** Function or class declaration, variable declarator, parameter. */
  readonly declaration: AnyNode;
  /** The name where it is declared. */
  readonly id: AnyNode;
}

export interface Scopes {
  /** By reference; an undeclared name (a global) is absent. */
  readonly bindings: ReadonlyMap<AnyNode, Binding>;
  readonly declared: readonly Binding[];
}

type Scope = Map<string, Binding>;

/** Resolves every reference below `program`. */
export function resolveScopes(program: AnyNode): Scopes {
  const bindings = new Map<AnyNode, Binding>();
  const declared: Binding[] = [];

  function declare(scope: Scope, kind: Binding['kind'], pattern: AnyNode, owner: AnyNode | null, declaration: AnyNode): void {
    for (const id of namesIn(pattern)) {
      const binding: Binding = { name: id.name, kind, owner, declaration, id };
      declared.push(binding);
      scope.set(id.name, binding);
    }
  }

  function hoistLexical(scope: Scope, statements: readonly AnyNode[], owner: AnyNode | null): void {
    for (const statement of statements) {
      const node = statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement;
      if (node.type === 'FunctionDeclaration' && node.id) declare(scope, 'function', node.id, owner, node);
      else if (node.type === 'ClassDeclaration' && node.id) declare(scope, 'class', node.id, owner, node);
      else if (node.type === 'ImportDeclaration') {
        for (const specifier of node.specifiers) declare(scope, 'import', specifier.local, owner, node);
      } else if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
        for (const each of node.declarations) declare(scope, node.kind === 'let' ? 'let' : 'const', each.id, owner, each);
      }
    }
  }

  function hoistVars(scope: Scope, node: AnyNode, owner: AnyNode | null): void {
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const each of node.declarations) declare(scope, 'var', each.id, owner, each);
    }
    for (const child of childrenOf(node)) if (!isFunction(child)) hoistVars(scope, child, owner);
  }

  function visit(node: AnyNode, scopes: readonly Scope[], owner: AnyNode | null): void {
    const scope: Scope = new Map();
    let inner = owner;
    if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
      inner = node;
      if (node.type === 'FunctionExpression' && node.id) declare(scope, 'function', node.id, node, node);
      for (const param of node.params) declare(scope, 'param', param, node, node);
      hoistVars(scope, node.body, node);
    } else if (node.type === 'Program' || node.type === 'BlockStatement') {
      hoistLexical(scope, node.body, owner);
    } else if (node.type === 'SwitchStatement') {
      for (const each of node.cases) hoistLexical(scope, each.consequent, owner);
    } else if (node.type === 'ForStatement') {
      if (node.init) hoistLexical(scope, [node.init], owner);
    } else if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') {
      hoistLexical(scope, [node.left], owner);
    } else if (node.type === 'CatchClause' && node.param) {
      declare(scope, 'catch', node.param, owner, node);
    } else if (node.type === 'ClassExpression' && node.id) {
      declare(scope, 'class', node.id, owner, node);
    } else if (node.type === 'Identifier') {
      for (const each of scopes) {
        const binding = each.get(node.name);
        if (binding === undefined) continue;
        if (binding.id !== node) bindings.set(node, binding);
        break;
      }
    }
    const within = scope.size > 0 ? [scope, ...scopes] : scopes;
    for (const child of childrenOf(node)) if (!isLabelOrKey(node, child)) visit(child, within, inner);
  }

  const module: Scope = new Map();
  hoistVars(module, program, null);
  visit(program, [module], null);
  return { bindings, declared };
}

/** Returns the identifiers that a pattern declares. */
export function namesIn(pattern: AnyNode): Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? namesIn(element) : []));
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) => namesIn(each.type === 'RestElement' ? each.argument : each.value));
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      return [];
  }
}

/** Is `child` an identifier that names no variable: a key, a label, a member, the outer side of an export? */
function isLabelOrKey(parent: AnyNode, child: AnyNode): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return child === parent.property && !parent.computed;
    case 'Property':
      return child === parent.key && !parent.computed && !parent.shorthand;
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return child === parent.key && !parent.computed;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return child === parent.label;
    case 'ExportSpecifier':
      return child === parent.exported && child !== parent.local;
    case 'ImportSpecifier':
      return true;
    case 'MetaProperty':
      return true;
    default:
      return false;
  }
}
