/** Conventions of the machine's sources that no compiler checks. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkAtomicFields } from '../../src/rewrite/atomic-fields.ts';
import { bundleCore } from '../../src/rewrite/bundle.ts';
import { analyse } from '../../src/rewrite/program.ts';
import { parseModule } from '../../src/rewrite/syntax.ts';

const SRC = resolve(import.meta.dirname, '../../src');
/** The rooms whose code runs on the simulated machine. */
const MACHINE = ['memory', 'machine', 'sync', 'heap', 'malloc', 'gc', 'runtime'];
/** The rooms whose results depend on neither the clock nor chance. */
const DETERMINISTIC = [...MACHINE, 'workloads', 'verify', 'explore', 'mutants', 'rewrite', 'model'];

function filesOf(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(SRC, folder, name)),
  );
}

/** The lines of the folders that match `pattern`, comments left out. */
function offenders(folders: readonly string[], pattern: RegExp): string[] {
  return filesOf(folders).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((text, i) => ({ at: `${relative(SRC, file)}:${i + 1}`, text: text.replace(/\/\/.*$|^\s*\/?\*.*$/, '') }))
      .filter(({ text }) => pattern.test(text))
      .map(({ at, text }) => `${at}: ${text.trim()}`),
  );
}

/** Plain accesses of atomic fields in all files of the machine, with `more` as one file more. */
async function plainAccesses(more = ''): Promise<string[]> {
  const [entry, extra] = [join(SRC, 'virtual-entry.ts'), join(SRC, 'virtual-more.ts')];
  const text = [...filesOf(MACHINE), extra].map((file, i) => `export * as file${i} from '${file}';`).join('\n');
  const { code } = await bundleCore(entry, new Map([[entry, text], [extra, more]]));
  const found: string[] = [];
  checkAtomicFields(analyse(parseModule(code)), (node, message) => found.push(`${code.slice(node.start, node.end)}: ${message}`));
  return found;
}

describe('the machine', () => {
  it('touches atomic fields by Atomics, or by the functions of sync/racy.ts', async () => {
    expect(await plainAccesses()).toEqual([]);
  });

  it.each([
    ['m[SCHED + Sched.at.xgcwaiting]', ''],
    ['m[SCHED + WAITING]', 'const { xgcwaiting: WAITING } = Sched.at;'],
    ['m[AT]', 'const AT = SCHED + Sched.at.xgcwaiting;'],
    ['m[XGCWAITING]', ''],
    ['m[XGCWAITING + 1]', ''],
    ['m[wordOf(SCHED)]', 'function wordOf(at: number): number {\n  return at + Sched.at.xgcwaiting;\n}'],
  ])('would be caught at %s', async (access, before) => {
    const more = `import { SCHED, Sched, XGCWAITING } from './machine/sched.ts';\nvoid [SCHED, Sched, XGCWAITING];\n${before}\nexport function planted(m: Int32Array): number {\n  return ${access};\n}\n`;
    const found = await plainAccesses(more);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('xgcwaiting is an atomic field');
  });

  it('keeps no state outside the shared memory', () => {
    // Which code a thread runs is no state of the machine.
    const isCode = (line: string) => /^(?:gc|malloc)\/compiled\.ts:.*let compiled: \w+ \| null/.test(line);
    expect(offenders(MACHINE, /^(export )?(let|var)\b/).filter((line) => !isCode(line))).toEqual([]);
  });

  it('calls the shared memory m and passes it first', () => {
    expect(offenders(MACHINE, /function \w+\((?!m: Mem)[^)]*\b\w+: Mem\b/)).toEqual([]);
  });
});

describe('below the cli', () => {
  it('nothing depends on chance or on a clock from outside', () => {
    // Ordinary code may call them: the list of what stands for each names them.
    const allowed = /^base\/clock\.ts|^rewrite\/ordinary\/globals\.ts/;
    expect(offenders(['base', ...DETERMINISTIC], /Math\.random|Date\.now|performance\.now|hrtime/).filter((line) => !allowed.test(line))).toEqual([]);
  });
});
