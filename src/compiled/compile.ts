/** Compiles functions of a core source file to a WebAssembly module. Needs the build tools. */
import binaryen from 'binaryen';
import { rolldown } from 'rolldown';
import { parseModule, type AnyNode, type FunctionDeclaration } from '../rewrite/syntax.ts';
import { MALLOC_AS_IT_STANDS } from '../rewrite/bundle.ts';
import { SMALL_MEMORY } from './load.ts';
import type { Constants, Target } from './names.ts';
import { moduleText, type Export } from './wat.ts';

/**
 * Compiles functions of `entry` to a module.
 * @param imports functions that stay JavaScript; the module imports them from env
 * @param target the memory that the module is for
 * @param inlined functions of at most this many instructions are inlined: V8 inlines no WebAssembly
 * @throws Error with the source text that can't be compiled
 */
export async function compile(entry: string, exports: readonly Export[], imports: readonly string[] = [], target: Target = SMALL_MEMORY, inlined = INLINED): Promise<Uint8Array> {
  const code = await bundle(entry);
  const { program, text } = parseModule(code);
  const body = (program as AnyNode & { body: AnyNode[] }).body;
  const functions = new Map(body.filter((node): node is FunctionDeclaration => node.type === 'FunctionDeclaration').map((node) => [node.id.name, node]));
  const wat = moduleText(exports, { functions, constants: constantsOf(code, body), imports: new Set(imports), textOf: (node) => text.slice(node.start, node.end), target });
  return optimized(wat, inlined);
}

const INLINED = 400;
const FEATURES = binaryen.Features.Atomics | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.Memory64 | binaryen.Features.MutableGlobals;
/** Of the loops that call nothing, called by functions that do: V8 keeps no local in a register across a call. */
const NOT_INLINED = ['bufferPointers/*', 'findByBits/*', 'findPointers/*', 'followChain/*', 'markTargets/*', 'lookUpTypes/*', 'scanFlat/*', 'scanPairs/*', 'markFound/*', 'scanMarked/*'];
/** Functions that call themselves: inlined, they would grow without end. */
const RECURSIVE = ['subtree', 'countNodes'];

function optimized(wat: string, inlined: number): Uint8Array {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(inlined);
  binaryen.setFlexibleInlineMaxSize(inlined);
  const module = binaryen.parseText(wat);
  try {
    module.setFeatures(FEATURES);
    if (module.validate() === 0) throw new Error('the compiled module is invalid');
    for (const name of [...NOT_INLINED, ...RECURSIVE]) {
      binaryen.setPassArgument('no-inline', name);
      module.runPasses(['no-inline']);
    }
    module.optimize();
    // What was inlined can be optimized further.
    module.optimize();
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Compiled callers call malloc's functions themselves, not the choice between WebAssembly and JavaScript. */
const asItStands = {
  name: 'as-it-stands',
  load: (id: string) => (id.endsWith('/src/malloc/compiled.ts') ? MALLOC_AS_IT_STANDS : null),
};

async function bundle(entry: string): Promise<string> {
  const build = await rolldown({ input: entry, platform: 'node', logLevel: 'silent', treeshake: true, plugins: [asItStands] });
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
