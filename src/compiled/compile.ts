/** Compiles functions of a core source file to a WebAssembly module. Needs the build tools. */
import { rolldown } from 'rolldown';
import loadWabt from 'wabt';
import { parseModule, type AnyNode, type FunctionDeclaration } from '../rewrite/syntax.ts';
import { MOST_PAGES } from './load.ts';
import type { Constants } from './names.ts';
import { moduleText, type Export } from './wat.ts';

/**
 * Compiles functions of `entry` to a module.
 * @throws Error with the source text that can't be compiled
 */
export async function compile(entry: string, exports: readonly Export[]): Promise<Uint8Array> {
  const code = await bundle(entry);
  const { program, text } = parseModule(code);
  const body = (program as AnyNode & { body: AnyNode[] }).body;
  const functions = new Map(body.filter((node): node is FunctionDeclaration => node.type === 'FunctionDeclaration').map((node) => [node.id.name, node]));
  const wat = moduleText(exports, { functions, constants: constantsOf(code, body), textOf: (node) => text.slice(node.start, node.end) }, MOST_PAGES);
  const wabt = await loadWabt();
  return wabt.parseWat('core.wat', wat, { threads: true }).toBinary({}).buffer;
}

async function bundle(entry: string): Promise<string> {
  const build = await rolldown({ input: entry, platform: 'node', logLevel: 'silent', treeshake: true });
  try {
    const { output } = await build.generate({ format: 'esm', minify: false });
    return output[0].code;
  } finally {
    await build.close();
  }
}

/** Runs the bundle and returns the values of its constants. */
function constantsOf(code: string, body: readonly AnyNode[]): Constants {
  const names = body.flatMap((node) => (node.type === 'VariableDeclaration' ? node.declarations.flatMap(({ id }) => namesIn(id)) : []));
  const script = code.replace(/^export \{[^}]*\};?$/gm, '');
  return new Function(`${script}\nreturn { ${names.join(', ')} };`)() as Constants;
}

function namesIn(pattern: AnyNode): string[] {
  if (pattern.type === 'Identifier') return [pattern.name];
  if (pattern.type !== 'ObjectPattern') return [];
  return pattern.properties.flatMap((property) => (property.type === 'Property' ? namesIn(property.value) : []));
}
