/** Every command line of README and docs is understood by the command line, and runs. */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { markdownPages } from '../../src/cli/docs/documents.ts';
import { documentedProgram } from '../../src/cli/docs/program.ts';
import { sampled } from '../support/nightly.ts';
import { argumentsOf, commandLines, mentionedCommands, shortened, type CommandLine } from './command-lines.ts';

/** Programs other than sweepgen, and why no test runs them. */
const OTHER_PROGRAMS: Readonly<Record<string, string>> = {
  npm: 'installs packages, or is what runs this test',
  npx: 'runs the test that the tutorial writes, as test/package does',
  git: 'needs the network',
  cd: 'is the shell itself',
  node: 'a benchmark takes minutes; the snapshot is made before the commands run',
  jmap: 'needs a Java program',
  jcmd: 'needs a Java program',
  go: 'needs Go',
  benchstat: 'needs Go',
  'redis-server': 'runs until it is ended',
};

/** Commands of sweepgen that are parsed only, and why. */
const PARSED_ONLY: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^explore \.\/ring-buffer/, 'explores the file that the tutorial writes, as test/package does'],
  [/^calibrate/, 'takes two minutes and an idle machine'],
  [/--machine \.\/lab\.json/, 'needs a calibrated machine'],
  [/v1:…/, 'is a placeholder for the line of a failure'],
  [/--watch/, 'draws on a terminal'],
  [/--queue/, 'needs a queue, and workers or a coordinator at its other end'],
  [/--phase alloc/, 'allocates 5 million objects a run'],
];

/** Files that the pages take for granted. */
const FIXTURES: Readonly<Record<string, string>> = {
  'app.heapdump.gz': 'test/fixtures/go-dumps/go1.4-everything.heapdump.gz',
  'server.heapdump.gz': 'test/fixtures/go-dumps/go1.4-everything.heapdump.gz',
  'app.hprof': 'test/fixtures/java-dumps/jdk17-small.hprof.gz',
  'app.hprof.gz': 'test/fixtures/java-dumps/jdk17-small.hprof.gz',
  'server.hprof': 'test/fixtures/java-dumps/jdk17-small.hprof.gz',
  'my-workload.mjs': 'docs/examples/stack.mjs',
};

/** Exit codes that a shortened command may have, beside 0: a planted bug may be found or not. */
function isFine(args: readonly string[], code: number | null): boolean {
  if (code === 0) return true;
  if (args[0] === 'replay') return code === 1;
  if (args.includes('--mutant')) return code === 1 || code === 5;
  // Some of these examples have a bug.
  if (args.some((arg) => arg.startsWith('docs/examples/own-code/'))) return code === 1;
  return code === 5 && ['stress', 'fuzz', 'mutants'].includes(args[0]);
}

const pages = markdownPages();
const lines = pages.flatMap(([page, text]) => commandLines(page, text));
/** Those of sweepgen, once each. */
const commands = lines
  .flatMap((line) => (argumentsOf(line) === undefined ? [] : [{ ...line, args: argumentsOf(line)! }]))
  .filter(({ args }, i, all) => all.findIndex((other) => other.args.join(' ') === args.join(' ')) === i);
/** Files that a later command may read. */
function filesWrittenBy({ args, stdout }: { readonly args: readonly string[]; readonly stdout: string }): string[] {
  return [stdout, ...(args.includes('--resume') ? [] : args.filter((_, i) => args[i - 1] === '--log'))].filter((file) => file !== '');
}

const runnable = commands.filter(({ args }) => !PARSED_ONLY.some(([pattern]) => pattern.test(args.join(' '))));

async function parse(args: readonly string[]): Promise<void> {
  const { program } = await documentedProgram();
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) command.action(() => {});
  await program.parseAsync(args, { from: 'user' });
}

describe('the commands of docs', () => {
  it('are many', () => {
    expect(commands.length).toBeGreaterThan(80);
  });

  it.each(commands.map(({ args, page }) => [args.join(' '), page, args] as const))('sweepgen %s (%s) is understood', async (_, __, args) => {
    await expect(parse(args)).resolves.toBeUndefined();
  });

  it('that are mentioned in sentences are understood', async () => {
    const mentioned = pages.flatMap(([page, text]) => (page === 'CHANGELOG.md' ? [] : mentionedCommands(text)));
    expect(mentioned.length).toBeGreaterThan(5);
    for (const args of mentioned) await expect(parse(args), args.join(' ')).resolves.toBeUndefined();
  });

  it('refuse an unknown option, or the other tests say nothing', async () => {
    await expect(parse(['run', '--no-such-option'])).rejects.toThrow('--no-such-option');
  });

  it('of other programs are known', () => {
    const others = lines.filter((line) => argumentsOf(line) === undefined);
    expect(others.filter(({ words: [program] }) => OTHER_PROGRAMS[program] === undefined).map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
  });

  it('of npm are scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const wanted = lines.flatMap(({ words: [program, verb, name] }) => (program === 'npm' && verb === 'run' ? [name] : []));
    expect(wanted.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('of node name files that the build makes', () => {
    const files = lines.flatMap(({ words: [program, file] }) => (program === 'node' && file.startsWith('dist/') ? [file] : []));
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('run shortened, in order', () => {
  let folder: string;
  const done = new Set<string>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-docs-'));
    for (const [name, source] of Object.entries(FIXTURES)) copyFileSync(join(ROOT, source), join(folder, name));
    for (const path of ['docs/examples', 'test/schedules', 'test/fixtures/scenarios']) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    execFileSync(process.execPath, ['-e', "require('node:v8').writeHeapSnapshot('app.heapsnapshot')"], { cwd: folder });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs `command` after the commands that write what it reads; each once. */
  async function run(command: CommandLine & { readonly args: readonly string[] }): Promise<void> {
    if (done.has(command.text)) return;
    done.add(command.text);
    for (const before of runnable) {
      if (before !== command && filesWrittenBy(before).some((file) => command.args.includes(file))) await run(before);
    }
    const args = shortened(command.args);
    const stdout = command.stdout === '' ? 'ignore' : openSync(join(folder, basename(command.stdout)), 'w');
    const { code, err } = await start(args, stdout);
    if (typeof stdout === 'number') closeSync(stdout);
    expect(isFine(args, code), `sweepgen ${args.join(' ')} (${command.page}): exit code ${code}\n${err}`).toBe(true);
  }

  function start(args: readonly string[], stdout: 'ignore' | number): Promise<{ readonly code: number | null; readonly err: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...args], { cwd: folder, env: { ...process.env, XDG_CONFIG_HOME: folder }, stdio: ['ignore', stdout, 'pipe'], timeout: 120_000 });
      let err = '';
      child.stderr!.on('data', (text) => (err = (err + text).slice(-2000)));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, err }));
    });
  }

  it.each(sampled(runnable, 14).map((command) => [command.args.join(' '), command] as const))('sweepgen %s', async (_, command) => run(command));
});
