/** The package as npm installs it from its tarball, in a folder of its own: every command, and both libraries. Needs the npm registry. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-installed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without the settings that the runner of these tests has made for its own processes. */
const { NODE_OPTIONS: _, VITEST: _2, ...ENV } = process.env;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function node(words: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env: { ...ENV, NO_COLOR: '1', ...env }, timeout: 240_000 });
  return { code: status, out: stdout, err: stderr };
}

function sweepgen(...words: readonly string[]): Ran {
  return node(['node_modules/sweepgen/dist/bundles/host/main.js', ...words]);
}

/** The argument of the `sweepgen replay` that `text` shows. */
function lineIn(text: string): string {
  const line = /sweepgen replay '(v1:[^']+)'/.exec(text)?.[1];
  if (line === undefined) throw new Error(`there is no line to replay in: ${text}`);
  return line;
}

beforeAll(() => {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8' })) as [{ readonly filename: string }];
  cpSync(join(ROOT, 'test/fixtures/installed'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const installed = spawnSync('npm', ['install', '--save-dev', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`npm can't install the package; it needs the npm registry:\n${installed.stderr}`);
  // What a consumer has besides.
  for (const name of ['vitest', 'typescript', '@types']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
}, 240_000);

describe('the installed package', () => {
  it('has neither the sources as files nor a development dependency', () => {
    expect(readdirSync(join(folder, 'node_modules/sweepgen'))).not.toContain('src');
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly devDependencies: Readonly<Record<string, string>> };
    const others = Object.keys(devDependencies).filter((name) => !['vitest', 'typescript'].includes(name) && !name.startsWith('@types/'));
    for (const name of others.filter((each) => !each.startsWith('@'))) expect(readdirSync(join(folder, 'node_modules'))).not.toContain(name);
  });

  it('explores a scenario of the catalog, and repeats it', () => {
    const { code, out } = sweepgen('explore', 'lfstack', '--executions', '50', '--seed', '1');
    expect([code, out]).toEqual([0, expect.stringContaining('nothing wrong')]);
  });

  it('plants a bug, finds it, and replays the line', () => {
    const { code, out } = sweepgen('explore', 'mark-bits', '--mutant', 'mark-load-or-store', '--seed', '1');
    expect([code, out]).toEqual([1, expect.stringContaining('src/gc/mark.ts')]);
    const replayed = sweepgen('replay', lineIn(out));
    expect([replayed.code, replayed.err]).toEqual([1, expect.stringContaining('LOST_OBJECT')]);
  });

  it('kills mutants', () => {
    const { code, out } = sweepgen('mutants', 'mark-load-or-store');
    expect([code, out]).toEqual([0, expect.stringContaining('1 of 1 mutant killed')]);
  });

  it('has the text of each mutant', () => {
    expect(new Set(MUTANTS.map(({ file }) => file)).size).toBeGreaterThan(10);
    const script = "import { readFileSync } from 'node:fs'; import { gunzipSync } from 'node:zlib'; console.log(gunzipSync(readFileSync('node_modules/sweepgen/dist/generated/sources.gen.json.gz')).toString())";
    const sources = JSON.parse(node(['--input-type=module', '--eval', script]).out) as Readonly<Record<string, string>>;
    for (const { name, file, find } of MUTANTS) expect(sources[file]?.split(find).length, name).toBe(2);
  });

  it.each(['careless.js', 'careless.scenario.ts'])('explores ordinary code of the project: %s', (file) => {
    const { code, out, err } = sweepgen('explore', `./${file}`, '--seed', '1', '--save', '.');
    expect([code, err]).toEqual([1, expect.stringContaining('counted to 1')]);
    expect(out).toMatch(file === 'careless.js' ? / careless\.js:2 left/ : / counter\.ts:10 stepCarelessly/);
    expect(sweepgen('replay', lineIn(out)).code).toBe(1);
    const saved = /written to (\S+)/.exec(out)![1];
    expect(sweepgen('replay', saved, '--html', 'failure.html').code).toBe(1);
    expect(readFileSync(join(folder, 'failure.html'), 'utf8')).toContain(file === 'careless.js' ? 'count[0]++' : 'this.#count[0]++');
  });

  it('explores a scenario over the core, in TypeScript', () => {
    const { code, out, err } = sweepgen('explore', './lock.core.ts', '--executions', '50');
    expect([code, out, err]).toEqual([0, expect.stringContaining('nothing wrong'), '']);
  });

  it('keeps what it builds with the modules of the project', () => {
    expect(readdirSync(join(folder, 'node_modules/.cache/sweepgen')).length).toBeGreaterThan(0);
  });

  it('fuzzes scenarios of the catalog and of the project on all cores', () => {
    const { code, out } = sweepgen('fuzz', 'lfstack', './counter.scenario.ts', '--executions', '400', '--json');
    expect([code, out]).toEqual([0, expect.stringContaining('counter.scenario.ts')]);
  });

  it('works for a campaign that another process leads', async () => {
    const worker = spawn(process.execPath, ['node_modules/sweepgen/dist/bundles/host/main.js', 'worker', '--queue', `file:${join(folder, 'queue')}`, '--jobs', '1'], { cwd: folder, env: ENV, stdio: 'ignore' });
    const ended = new Promise((done) => worker.on('close', done));
    try {
      const { code, out, err } = sweepgen('fuzz', 'lfstack', '--queue', `file:${join(folder, 'queue')}`, '--executions', '200');
      expect([code, err]).toEqual([0, expect.any(String)]);
      expect(out).toContain('nothing wrong');
    } finally {
      worker.kill('SIGTERM');
      await ended;
    }
  });

  it('predicts mark time', () => {
    const { code, out } = sweepgen('scale', 'tree', '--objects', '20000', '--model', '1,2', '--machine', 'e5-2690x2');
    expect([code, out]).toEqual([0, expect.stringContaining('speedup')]);
  });

  it('measures this machine', async () => {
    const child = spawn(process.execPath, ['node_modules/sweepgen/dist/bundles/host/main.js', 'calibrate', '--out', 'machine.json'], { cwd: folder, env: ENV });
    const ended = new Promise((done) => child.on('close', done));
    // The whole takes minutes, and far longer on a busy machine. What it is at after a while shows that its threads run; if figures differ too much, it ends by itself.
    const timer = setTimeout(() => child.kill('SIGINT'), 20_000);
    let told = '';
    child.stderr.on('data', (text) => (told += text));
    const code = await ended;
    clearTimeout(timer);
    if (told.includes('the machine is busy')) expect(code).toBe(5);
    else expect([code, told]).toEqual([130, expect.stringMatching(/interrupted: \w+, \d+ KB/)]);
  });

  it('stresses', () => {
    const { code, out } = sweepgen('stress', 'churn', '--procs', '2', '--seed', '4', '--rounds', '1');
    expect([code, out]).toEqual([0, expect.stringContaining('nothing wrong')]);
  });
});

describe('sweepgen/explore', () => {
  it('throws in a test of vitest, with the lanes and the line of the test', () => {
    const { code, out, err } = node(['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=60000', 'counter.spec.ts'], { CI: '1' });
    expect(code).toBe(1);
    expect(out).toContain('3 passed');
    expect(err).toMatch(/ScenarioFailed: \.\/careless\.scenario\.ts fails after \d+ executions?, with seed 1/);
    expect(err).toContain('counter.spec.ts:17');
    expect(sweepgen('replay', lineIn(err)).code).toBe(1);
  });

  it('throws in a test of node:test', () => {
    const { code, out } = node(['--test', '--test-reporter', 'tap', 'counter.node-test.mjs'], { CI: '1' });
    expect(code).toBe(1);
    expect(out).toContain('ok 1 - a counter loses no step');
    expect(out).toContain('not ok 2 - a careless counter does');
    expect(out).toContain('careless.js:2 right');
    expect(out).toContain('not ok 3 - a scenario may stand in its test');
    expect(out).toMatch(/counter\.node-test\.mjs:8 /);
  });

  it('throws in plain Node', () => {
    const { code, out, err } = node(['plain.mjs']);
    expect(code).toBe(1);
    expect(out).toContain("covered: 'every interleaving'");
    expect(err).toContain('with seed 7');
    expect(err).toContain('plain.mjs:4');
  });
});

describe('the tutorial on code of your own', () => {
  const page = readFileSync(join(ROOT, 'docs/tutorials/own-code.md'), 'utf8');
  const blocks = Object.fromEntries([...page.matchAll(/```ts \[([\w.-]+)\]\n(.*?)```/gs)].map(([, name, text]) => [name, text]));

  it('finds the bug, and shows it as the page does', () => {
    for (const name of ['ring-buffer.ts', 'ring-buffer.scenario.ts', 'ring-buffer.test.ts']) writeFileSync(join(folder, name), blocks[name]);
    const { code, out } = sweepgen('explore', './ring-buffer.scenario.ts', '--seed', '1');
    expect(code).toBe(1);
    expect(out).toContain(/```text\n(.*?)```/s.exec(page)![1]);
  });

  it('has a test that fails, and passes with the mended code', () => {
    const { [`ring-buffer.ts`]: text, mended } = blocks;
    // A busy machine may need more than vitest's five seconds.
    const vitest = () => node(['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=60000', 'ring-buffer.test.ts']);
    expect(vitest().code).toBe(1);
    const broken = mended.split('\n').slice(0, 2).toReversed().join('\n');
    expect(text.split(broken).length).toBe(2);
    writeFileSync(join(folder, 'ring-buffer.ts'), text.replace(broken, mended.trimEnd()));
    expect(vitest().code).toBe(0);
    expect(sweepgen('explore', './ring-buffer.scenario.ts', '--strategy', 'dfs:2')).toMatchObject({ code: 0, out: expect.stringContaining('every interleaving with at most 2 preemptions') });
  });
});

describe('the types of the package', () => {
  it.each([
    ['nodenext', ['--module', 'nodenext']],
    ['bundler', ['--module', 'preserve', '--moduleResolution', 'bundler']],
  ])('compile strictly with the modules of a consumer: %s', (_, settings) => {
    cpSync(join(ROOT, 'test/fixtures/consumer/queue.ts'), join(folder, 'queue.ts'));
    const words = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2024,dom', '--types', 'node', '--allowImportingTsExtensions', ...settings];
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/\.(?:spec|test)\.ts$/.test(name));
    const { out } = node(['node_modules/typescript/bin/tsc', ...words, ...files]);
    expect(out).toBe('');
    // vitest's own declarations need more.
    expect(node(['node_modules/typescript/bin/tsc', ...words, '--skipLibCheck', 'counter.spec.ts', 'ring-buffer.test.ts']).out).toBe('');
  });

  it('know the state and the results', () => {
    const wrong = [['check: (a) => a.none', "'none' does not exist"], ['check: (a, [, x]) => x.toFixed() === a.at(0)!.toFixed()', "'toFixed' does not exist"], ['chek: () => true', "'chek' does not exist"]];
    const scenarios = wrong.map(([property]) => `scenario({ setup: () => new Int32Array(1), threads: [(a) => a[0], () => 'x'], ${property} });\n`);
    writeFileSync(join(folder, 'wrong.ts'), `import { scenario } from 'sweepgen/explore';\n${scenarios.join('')}`);
    const { out } = node(['node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', 'wrong.ts']);
    rmSync(join(folder, 'wrong.ts'));
    wrong.forEach(([, message], i) => expect(out).toMatch(new RegExp(`wrong\\.ts\\(${i + 2},[^]*${message}`)));
  });
});
