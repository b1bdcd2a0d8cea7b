import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');
/** What runs on the simulated machine. */
const MACHINE = ['memory', 'machine', 'sync', 'heap', 'malloc', 'gc', 'runtime'];
/** Where neither the clock nor chance may come from outside. */
const DETERMINISTIC = [...MACHINE, 'workloads', 'verify', 'explore', 'mutants', 'rewrite', 'model'];

function lines(folders: readonly string[]): { at: string; text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const file = join(SRC, folder, name);
        return readFileSync(file, 'utf8')
          .split('\n')
          .map((text, i) => ({ at: `${relative(SRC, file)}:${i + 1}`, text: text.replace(/\/\/.*$|^\s*\/?\*.*$/, '') }));
      }),
  );
}

function offenders(folders: readonly string[], pattern: RegExp): string[] {
  return lines(folders).filter(({ text }) => pattern.test(text)).map(({ at, text }) => `${at}: ${text.trim()}`);
}

test('fields touched by several workers meet only atomics or a spelled race', () => {
  expect(offenders(MACHINE, /\bm\[[^\]]*\bX[A-Z][A-Z_]*\b/)).toEqual([]);
});

test('no chance and no clock from outside below the cli', () => {
  const allowed = /^(base\/clock\.ts)/;
  expect(offenders(['base', ...DETERMINISTIC], /Math\.random|Date\.now|performance\.now|hrtime/).filter((line) => !allowed.test(line))).toEqual([]);
});

test('the machine keeps no state outside the shared memory', () => {
  // Which code a thread runs is not the machine's.
  const isCode = (line: string) => line.startsWith('gc/compiled.ts:') && line.includes('let compiled: CompiledScanRun | null');
  expect(offenders(MACHINE, /^(export )?(let|var)\b/).filter((line) => !isCode(line))).toEqual([]);
});

test('the shared memory is always called m and comes first', () => {
  expect(offenders(MACHINE, /function \w+\((?!m: Mem)[^)]*\b\w+: Mem\b/)).toEqual([]);
});
