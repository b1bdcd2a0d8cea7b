/**
 * Scenarios that are written inside another module, a test: `scenario(import.meta, { … })`. Exploring runs such a scenario
 * in a module of its own, made of the call and of the imports and declarations that the call needs. All else of the
 * test, its runner above all, is left out. Each line keeps its number. Needs the build tools.
 */
import { ConventionError } from '../problems.ts';
import { resolveScopes, type Binding, type Scopes } from '../scopes.ts';
import { walk, type AnyNode } from '../syntax.ts';
import { parseUserModule } from '../user-syntax.ts';

/** The library for tests. */
export const LIBRARY = 'sweepgen/explore';
/** Packages that run tests. They can't run inside a scenario. */
export const RUNNERS: ReadonlySet<string> = new Set(['vitest', 'node:test', '@jest/globals', 'mocha', 'bun:test', 'ava', 'tap']);
const DECLARATIONS: ReadonlySet<string> = new Set(['ImportDeclaration', 'FunctionDeclaration', 'ClassDeclaration', 'VariableDeclaration', 'ExportNamedDeclaration', 'TSEnumDeclaration']);

/** A scenario that a module makes with import.meta. */
export interface InlineScenario {
  /** Place of the call: lines and columns from 1. */
  readonly line: number;
  readonly column: number;
  readonly lastLine: number;
  /** It is the module's default export, so that the module itself is a scenario. */
  readonly isDefault: boolean;
}

type Range = AnyNode & { readonly isDefault: boolean };

/** Returns the scenarios that `code`, the source at `path`, makes with import.meta, in the order of the text. */
export function inlineScenarios(code: string, path: string): readonly InlineScenario[] {
  const program = parseUserModule(code, path);
  return callsIn(program, resolveScopes(program)).map(({ start, end, isDefault }) => ({ ...placeOf(code, start), lastLine: placeOf(code, end).line, isDefault }));
}

/**
 * Returns the module of scenario `number` of `code`, counted from 1; the scenario is its default export.
 * @throws ConventionError if the scenario needs what such a module can't have
 */
export function moduleOfInline(code: string, path: string, number: number): string {
  const program = parseUserModule(code, path);
  const scopes = resolveScopes(program);
  const call = callsIn(program, scopes)[number - 1];
  if (call === undefined) throw new Error(`it has no scenario(import.meta, …) number ${number}`);
  // Scopes know nothing of enums: all are kept.
  const kept = new Set((program as AnyNode & { body: AnyNode[] }).body.filter(({ type }) => (type as string) === 'TSEnumDeclaration'));
  const slice: Slice = { code, path, program, scopes, call, kept };
  keepNeeds(slice, call);
  const pieces = [...kept, call].sort((a, b) => a.start - b.start);
  let text = '';
  let at = 0;
  for (const piece of pieces) {
    text += blank(code.slice(at, piece.start)) + (piece === call ? 'export default ' : '') + code.slice(piece.start, piece.end) + (piece === call ? ';' : '');
    at = piece.end;
  }
  return text + blank(code.slice(at));
}

interface Slice {
  readonly code: string;
  readonly path: string;
  readonly program: AnyNode;
  readonly scopes: Scopes;
  readonly call: AnyNode;
  /** Statements of the module that the scenario needs. */
  readonly kept: Set<AnyNode>;
}

/** Keeps the statements that declare what `node` refers to, and what they refer to. */
function keepNeeds(slice: Slice, node: AnyNode): void {
  walk(node, (each) => {
    const binding = each.type === 'Identifier' ? slice.scopes.bindings.get(each) : undefined;
    if (binding === undefined || isWithin(binding.id, node)) return;
    const statement = statementOf(slice, binding, each);
    if (slice.kept.has(statement)) return;
    slice.kept.add(statement);
    keepNeeds(slice, statement);
  });
}

/** Returns the statement of the module that declares `binding`. @throws ConventionError if the scenario can't have it */
function statementOf({ code, path, program, call }: Slice, binding: Binding, use: AnyNode): AnyNode {
  const refuse = (message: string) => new ConventionError([{ file: path, ...placeOf(code, use.start), message }]);
  const statement = (program as AnyNode & { body: AnyNode[] }).body.find((each) => isWithin(binding.id, each));
  if (statement === undefined || !DECLARATIONS.has(statement.type) || binding.owner !== null || isWithin(call, statement)) {
    throw refuse(`the scenario uses ${binding.name}, which is declared in what surrounds it; a scenario runs in a module of its own, so declare ${binding.name} at the top level, or in the scenario`);
  }
  const { source } = statement as { readonly source?: { readonly value: string } | null };
  if (statement.type === 'ImportDeclaration' && source && RUNNERS.has(source.value)) {
    throw refuse(`the scenario uses ${binding.name} of ${source.value}, which can't run inside a scenario; let check return a sentence, or use node:assert`);
  }
  return statement;
}

/** Returns the calls scenario(import.meta, …) below `program`, in the order of the text. */
function callsIn(program: AnyNode, { bindings }: Scopes): readonly Range[] {
  const calls: Range[] = [];
  let defaultExport: AnyNode | undefined;
  walk(program, (node) => {
    if (node.type === 'ExportDefaultDeclaration') defaultExport = node.declaration as AnyNode;
    if (node.type !== 'CallExpression' || node.arguments.length !== 2 || node.arguments[0].type !== 'MetaProperty') return;
    const declaration = bindings.get(node.callee)?.declaration;
    if (declaration?.type === 'ImportDeclaration' && declaration.source.value === LIBRARY) calls.push(Object.assign(Object.create(null) as Range, node, { isDefault: node === defaultExport }));
  });
  return calls;
}

function isWithin(inner: AnyNode, outer: AnyNode): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function placeOf(code: string, offset: number): { readonly line: number; readonly column: number } {
  const before = code.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
