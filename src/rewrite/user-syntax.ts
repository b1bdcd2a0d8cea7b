/** The syntax tree of a user's module, JavaScript or TypeScript. Needs the build tools. */
import { parseSync } from 'rolldown/utils';
import { parseModule, type AnyNode } from './syntax.ts';

const TYPESCRIPT = /\.m?ts$/;

/**
 * Parses `code`, the source at `path`. Nodes of types in TypeScript have types of their own.
 * @throws Error with the first syntax error and its place, "Unexpected token (4:44)"
 */
export function parseUserModule(code: string, path: string): AnyNode {
  if (!TYPESCRIPT.test(path)) return parseModule(code).program;
  const { program, errors } = parseSync(path, code);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${error.message}${placeOf(code, error.labels[0]?.start)}`);
  return program as unknown as AnyNode;
}

/** As acorn writes a place: the line, and the column from 0. */
function placeOf(code: string, offset: number | undefined): string {
  if (offset === undefined) return '';
  const lines = code.slice(0, offset).split('\n');
  return ` (${lines.length}:${lines.at(-1)!.length})`;
}
