/** docs/tutorial-collector.md: its code blocks, put together, are a collector that the oracle finds right. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';

const FOLDER = 'src/gc/collectors/smallstack/';
const COLLECTOR_JS = 'dist/src/gc/collectors/smallstack/collector.js';

interface Block {
  readonly kind: string;
  readonly path: string;
  readonly lines: readonly string[];
}

/** The code blocks that name a file: "```ts path" adds to it, "```diff path" changes it. */
function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(ts|diff) (\S+)\n([^]*?)^```$/gm)].map(([, kind, path, text]) => ({ kind, path, lines: text.trimEnd().split('\n') }));
}

/** `text` with the hunks of a diff, separated by "@@", applied; each must match once. */
function patched(text: string, diff: readonly string[]): string {
  for (const hunk of diff.join('\n').split('\n@@\n')) {
    const side = (other: string) => hunk.split('\n').filter((line) => !line.startsWith(other)).map((line) => line.slice(1)).join('\n');
    expect(text.split(side('+'))).toHaveLength(2);
    text = text.replace(side('+'), side('-'));
  }
  return text;
}

const blocks = blocksOf(readFileSync(join(ROOT, 'docs/tutorial-collector.md'), 'utf8'));
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sweepgen-tutorial-'));
  for (const name of ['src', 'workers', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const path of new Set(blocks.map((block) => block.path))) {
    const own = blocks.filter((block) => block.path === path);
    const isNew = own[0].kind === 'ts';
    const text = isNew ? `${own.flatMap(({ lines }) => [...lines, '']).join('\n')}` : patched(readFileSync(join(root, path), 'utf8'), own.flatMap(({ lines }) => lines));
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { encoding: 'utf8' });
}, 120_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

function sweepgen(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, 'dist/src/cli/main.js'), ...args], { encoding: 'utf8' });
}

function run(workload: string, ...args: readonly string[]) {
  return sweepgen('run', workload, '--collector', 'smallstack', '--verify', '--procs', '2', ...args);
}

describe('the tutorial', () => {
  it('has less than 150 lines of code, and changes one file outside its folder', () => {
    const added = blocks.flatMap(({ kind, lines }) => (kind === 'ts' ? lines : lines.filter((line) => line.startsWith('+'))));
    expect(added.length).toBeGreaterThan(50);
    expect(added.length).toBeLessThan(150);
    expect([...new Set(blocks.map(({ path }) => path).filter((path) => !path.startsWith(FOLDER)))]).toEqual(['src/gc/collectors/registry.ts']);
  });

  it('makes a collector that the help names', () => {
    expect(sweepgen('run', '--help').stdout.replace(/\s+/g, ' ')).toContain('smallstack: one thread marks with a stack of fixed size and sweeps in the pause');
  });

  it.each([
    ['churn', '--set', 'count=200000', '--set', 'ring=20000'],
    ['links', '--goarch', '386', '--set', 'moves=20000', '--gc-every', '2000'],
    ['cache', '--set', 'count=20000'],
  ])('makes a collector in which the oracle finds no problem in %s', (workload, ...args) => {
    const { status, stdout, stderr } = run(workload, ...args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/verified/);
  });

  it('says what fails without the second scan: a block that finds the stack full loses what it points at', () => {
    const path = join(root, COLLECTOR_JS);
    const code = readFileSync(path, 'utf8');
    expect(code).toContain('while (m[m[DATA] + OVERFLOWED] !== 0)');
    writeFileSync(path, code.replace('while (m[m[DATA] + OVERFLOWED] !== 0)', 'while (false)'));
    const { status, stderr } = run('cache', '--set', 'count=20000');
    expect(status).toBe(1);
    expect(stderr).toContain('LOST_OBJECT');
  });
});
