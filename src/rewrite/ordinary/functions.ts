/**
 * Writes functions, classes and object literals with coroutines. Where JavaScript has no generator of that kind,
 * the coroutine is a method with another name until the class or object is made:
 *
 *     function f(a) {…}      function* f$co(a) {…} function f(a) { return $atomically(f$co.apply(this, arguments)); }
 *     (a) => …               $fn(function*(a) {…})
 *     m(a) {…}               *m(a) {…}              $link puts a function in its place
 *     get x() {…}            *["get x"]() {…}       $link makes the accessor
 *     [k](a) {…}             *[$keyed(k)](a) {…}   $link takes the value of k from $keyed
 *     #m(a) {…}              *#m$co(a) {…} #m(…$a) { return $atomically(this.#m$co(…$a)); }
 *     constructor(a) {…}     *#$init(a) {…} constructor(…$a) { … }   `new` makes the object, then runs #$init
 */
import { childrenOf, type AnyNode } from '../syntax.ts';
import { asyncCoroutine } from './async.ts';
import { lexicallyNeeds, type ClassNode, type FunctionNode, type MethodNode } from './program.ts';
import type { Frame, Writer } from './writer.ts';

type FrameKind = Omit<Frame, 'temps' | 'mostTemps'>;

/** Returns statements that give the functions declared in a block their coroutines. */
export function marksIn(w: Writer, block: AnyNode): string {
  return childrenOf(block)
    .map((each) => (each.type === 'ExportNamedDeclaration' && each.declaration ? each.declaration : each))
    .filter((each) => each.type === 'FunctionDeclaration' && w.program.coroutines.has(each))
    .map((each) => each.type === 'FunctionDeclaration' ? `${each.id!.name}.$co = ${each.id!.name}$co; ` : '')
    .join('');
}

export function rewriteFunction(w: Writer, node: FunctionNode): string | null {
  if (!w.program.coroutines.has(node)) return plainFunction(w, node);
  const fn = nameOf(w, node);
  if (node.type === 'FunctionDeclaration') {
    const name = node.id!.name;
    const length = node.params.findIndex(({ type }) => type !== 'Identifier');
    const params = Array.from({ length: length < 0 ? node.params.length : length }, (_, i) => `$${i}`);
    return `function* ${name}$co${coroutine(w, node, { suspends: true, thisName: 'this', fn })}function ${name}(${params.join(', ')}) { return $atomically(${name}$co.apply(this, arguments)); }`;
  }
  if (node.type === 'FunctionExpression') {
    const made = `$fn(function*${coroutine(w, node, { suspends: true, thisName: 'this', fn })}${givenName(w, node)})`;
    return node.id ? `(() => { const ${node.id.name} = ${made}; return ${node.id.name}; })()` : made;
  }
  return arrow(w, node, fn);
}

/** An arrow function's coroutine has no `this` of its own: it takes it from a variable. */
function arrow(w: Writer, node: FunctionNode, fn: string): string {
  const usesThis = lexicallyNeeds(node, ['ThisExpression']);
  const usesArguments = lexicallyNeeds(node, [], 'arguments');
  const made = `$fn(function*${coroutine(w, node, { suspends: true, thisName: '$this', fn })}${givenName(w, node)})`;
  if ((!usesThis && !usesArguments) || w.frame.thisName === '$this') return made;
  return usesArguments ? `(($this, $arguments) => ${made})(this, arguments)` : `(($this) => ${made})(this)`;
}

/** Returns parameters and body of a coroutine. */
export function coroutine(w: Writer, node: FunctionNode, frame: FrameKind): string {
  const params = paramsOf(w, node, frame);
  const isBlock = node.body.type === 'BlockStatement';
  const finish = (generator: string) => (node.async && !frame.yields ? asyncCoroutine(node, generator) : generator);
  const { text, temps } = w.within(frame, () => (isBlock ? w.splice(node.body).slice(1) : `return ${w.emit(node.body)}; }`));
  return finish(`${params} {${temps} ${isBlock ? marksIn(w, node.body) : ''}${text}`);
}

/** Returns the parameters, where nothing can suspend. */
function paramsOf(w: Writer, node: FunctionNode, frame: FrameKind): string {
  const [first, last] = [node.params[0], node.params.at(-1)];
  if (first === undefined || last === undefined) return `(${'\n'.repeat(w.linesIn(node.start, node.body.start))})`;
  const inside = { ...frame, suspends: false };
  const { text } = w.within(inside, () => {
    let params = '';
    let at = first.start;
    for (const each of node.params) {
      params += w.program.text.slice(at, each.start) + w.emit(each);
      at = each.end;
    }
    return params;
  });
  return `(${'\n'.repeat(w.linesIn(node.start, first.start))}${text}${'\n'.repeat(w.linesIn(last.end, node.body.start))})`;
}

/** A function that stays one: nothing in it can suspend. */
function plainFunction(w: Writer, node: FunctionNode): string {
  const thisName = node.type === 'ArrowFunctionExpression' ? w.frame.thisName : 'this';
  const { text } = w.within({ suspends: false, thisName, fn: nameOf(w, node) }, () => w.splice(node));
  return node.type === 'ArrowFunctionExpression' ? `(${text})` : text;
}

export function rewriteClass(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return null;
  const { body } = node;
  const links = linksOf(w, node);
  let text = '';
  let at = node.start;
  for (const part of [node.id, node.superClass]) {
    if (!part) continue;
    text += w.program.text.slice(at, part.start) + w.emit(part);
    at = part.end;
  }
  text += `${w.program.text.slice(at, body.start)}{${links}`;
  at = body.start + 1;
  for (const each of body.body) {
    const { text: written } = w.within({ suspends: false, thisName: 'this', fn: node.id?.name ?? 'class' }, () => member(w, node, each));
    text += w.program.text.slice(at, each.start) + written;
    at = each.end;
  }
  return text + w.program.text.slice(at, node.end);
}

function linksOf(w: Writer, owner: ClassNode): string {
  const members = owner.body.body as readonly AnyNode[];
  const linked = members.filter((each): each is MethodNode => each.type === 'MethodDefinition' && w.program.coroutines.has(each.value));
  const computed = linked.filter((each) => each.computed);
  const names = (isStatic: boolean) => linked.filter((each) => each.static === isStatic && each.kind !== 'constructor' && (each.computed || each.key.type === 'Identifier')).map((each) => (each.computed ? `[$keys[${computed.indexOf(each)}]]` : JSON.stringify(hiddenName(each))));
  const [own, ofClass] = [names(false), names(true)];
  const steps = [
    ...(computed.length > 0 ? [`const $keys = $takeKeys(${computed.length});`] : []),
    ...(own.length > 0 ? [`$link(this.prototype, [${own.join(', ')}], false);`] : []),
    ...(ofClass.length > 0 ? [`$link(this, [${ofClass.join(', ')}], false);`] : []),
    ...(inherits(owner) ? ['$inherit(this);'] : []),
    ...(linked.some(({ kind }) => kind === 'constructor') ? ['$init(this, ($self, $a) => $self.#$init(...$a));'] : []),
  ];
  return steps.length > 0 ? ` static { ${steps.join(' ')} }` : '';
}

/** Reports whether the constructor of the base class does all that making an object takes. Fields would be initialised before it. */
function inherits({ superClass, body }: ClassNode): boolean {
  return Boolean(superClass) && !body.body.some((each) => (each.type === 'MethodDefinition' && each.kind === 'constructor') || (each.type === 'PropertyDefinition' && !each.static));
}

/** Returns the name of a method's coroutine until it is linked. */
function hiddenName(each: AnyNode): string {
  if ((each.type !== 'MethodDefinition' && each.type !== 'Property') || each.key.type !== 'Identifier') return '';
  return each.kind === 'get' || each.kind === 'set' ? `${each.kind} ${each.key.name}` : each.key.name;
}

function member(w: Writer, owner: ClassNode, node: AnyNode): string {
  if (node.type !== 'MethodDefinition' || !w.program.coroutines.has(node.value)) return w.emit(node);
  const fn = `${owner.id ? `${owner.id.name}.` : ''}${w.program.text.slice(node.key.start, node.key.end)}`;
  const code = '\n'.repeat(w.linesIn(node.start, node.value.start)) + coroutine(w, node.value as FunctionNode, { suspends: true, thisName: 'this', fn });
  const prefix = node.static ? 'static ' : '';
  if (node.kind === 'constructor') return `*#$init${code} constructor(...$a) { if ($blank === new.target) { $blank = null; return; } const $made = $atomically(this.#$init(...$a)); if ($isObject($made)) return $made; }`;
  if (node.key.type === 'PrivateIdentifier') {
    const name = `#${node.key.name}`;
    return `${prefix}*${name}$co${code} ${prefix}${name}(...$a) { return $atomically(this.${name}$co(...$a)); }`;
  }
  return `${prefix}*${writtenName(w, node)}${code}`;
}

function writtenName(w: Writer, node: AnyNode): string {
  if ((node.type === 'MethodDefinition' || node.type === 'Property') && node.computed) return `[$keyed(${w.emit(node.key)})]`;
  const name = hiddenName(node);
  return name.includes(' ') ? `['${name}']` : name;
}

export function rewriteObject(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'ObjectExpression') return null;
  const linked = node.properties.filter((each) => isLinked(w, each));
  if (linked.length === 0) return null;
  let text = '';
  let at = node.start;
  for (const each of node.properties) {
    text += w.program.text.slice(at, each.start);
    if (each.type === 'Property' && isLinked(w, each)) {
      const fn = w.program.text.slice(each.key.start, each.key.end);
      // An accessor that is replaced keeps the place of its name among the object's.
      const place = each.kind === 'get' ? `get ${fn}() {}, ` : each.kind === 'set' ? `set ${fn}($v) {}, ` : '';
      text += `${place}*${writtenName(w, each)}${'\n'.repeat(w.linesIn(each.start, each.value.start))}${coroutine(w, each.value as FunctionNode, { suspends: true, thisName: 'this', fn })}`;
    } else text += w.emit(each);
    at = each.end;
  }
  const computed = linked.filter((each) => each.type === 'Property' && each.computed);
  const names = linked.filter((each) => !computed.includes(each)).map((each) => JSON.stringify(hiddenName(each)));
  // The keys are taken once the object is made: those of objects in it have been taken by then.
  const keys = computed.length > 0 ? [`...$takeKeys(${computed.length}).map((key) => [key])`] : [];
  return `$link(${text}${w.program.text.slice(at, node.end)}, [${[...names, ...keys].join(', ')}], true)`;
}

function isLinked(w: Writer, each: AnyNode): boolean {
  return each.type === 'Property' && (each.method || each.kind !== 'init') && w.program.coroutines.has(each.value);
}

/** Returns the argument of $fn for the name that JavaScript gives a function expression; '' if it gives none. */
function givenName({ program: { parents } }: Writer, node: FunctionNode): string {
  const parent = parents.get(node);
  const name =
    node.type === 'FunctionExpression' && node.id ? node.id
    : parent?.type === 'VariableDeclarator' ? parent.id
    : parent?.type === 'AssignmentExpression' ? parent.left
    : (parent?.type === 'Property' || parent?.type === 'PropertyDefinition') && !parent.computed ? parent.key
    : undefined;
  if (name?.type === 'Literal') return `, ${JSON.stringify(String(name.value))}`;
  return name?.type === 'Identifier' ? `, '${name.name}'` : '';
}

/** Returns the function's name, for sites: its own, or that of the variable or property that holds it. */
export function nameOf({ program: { parents, text }, frame }: Writer, node: FunctionNode): string {
  if (node.type !== 'ArrowFunctionExpression' && node.id) return node.id.name;
  const parent = parents.get(node);
  if (parent?.type === 'VariableDeclarator') return text.slice(parent.id.start, parent.id.end);
  if (parent?.type === 'PropertyDefinition' || parent?.type === 'Property' || parent?.type === 'MethodDefinition') return text.slice(parent.key.start, parent.key.end);
  return frame.fn === '(module)' ? '(anonymous)' : `${frame.fn} (inner)`;
}

