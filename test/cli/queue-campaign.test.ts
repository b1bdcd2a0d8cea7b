/** Campaigns over a queue as a user runs them: real slices, a server that comes and goes, a password that is never printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/fatal.ts';
import { ROOT } from '../../src/base/root.ts';
import { sweepgen } from '../support/command.ts';
import { until } from '../support/played-campaign.ts';
import { SERVERS, freePort, startServer, type Server } from '../support/servers.ts';

const SECRET = 'hunter2';

/** A command that runs beside others. */
class Command {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly ended: Promise<number | null>;

  constructor(words: readonly string[]) {
    this.child = spawn(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', (text) => (this.out += text));
    this.child.stderr!.on('data', (text) => (this.err += text));
    this.ended = new Promise((resolve) => { this.child.once('close', resolve); });
  }

  async says(text: RegExp): Promise<void> {
    await until(() => text.test(this.out + this.err), () => `${text} in:\n${this.out}${this.err}`, () => this.child.exitCode === null);
  }
}

describe('fuzz --queue', () => {
  it("refuses a scenario of the user's own, which workers do not have", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-own-'));
    const { code, err } = await sweepgen(['fuzz', 'test/fixtures/scenarios/two-stacks.mjs', '--queue', `file:${folder}`]);
    rmSync(folder, { recursive: true, force: true });
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('is a scenario of your own, and workers run only built-in ones; leave --queue out');
  });
});

describe.each(['fuzz', 'worker'])('%s', (command) => {
  it.each(['redis', 'postgres'])('ends with exit code 2 and a sentence if no server listens at a %s:// URL', async (protocol) => {
    const port = await freePort();
    const { code, out, err } = await sweepgen([command, '--queue', `${protocol}://me:${SECRET}@127.0.0.1:${port}`]);
    expect([code, out]).toEqual([EXIT.usage, '']);
    expect(err).toBe(`sweepgen: the queue at ${protocol}://127.0.0.1:${port} can't be reached: nothing listens there (ECONNREFUSED)\n`);
  });
});

describe.each(SERVERS.filter((kind) => kind === 'redis'))('a campaign over %s', (kind) => {
  let folder: string;
  let log: string;
  let server: Server;
  let url: string;
  const commands: Command[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-over-'));
    log = join(folder, 'n.jsonl');
    server = await startServer(kind, { password: SECRET });
    url = server.url.replace('://', `://:${SECRET}@`);
  });
  afterEach(async () => {
    for (const { child } of commands) child.kill('SIGKILL');
    await Promise.all(commands.splice(0).map(({ ended }) => ended));
    await server.close();
    rmSync(folder, { recursive: true });
  });

  function run(...words: readonly string[]): Command {
    const command = new Command([...words, '--queue', url]);
    commands.push(command);
    return command;
  }

  it('reports a planted bug once, shrunk, with its log, and never the password', async () => {
    const workers = [run('worker', '--jobs', '1'), run('worker', '--jobs', '1')];
    const fuzz = run('fuzz', 'mark-bits', '--mutant', 'mark-load-or-store', '--executions', '3000', '--seed', '1', '--keep-going', '--monitors', 'none', '--log', log);
    expect(await fuzz.ended).toBe(EXIT.invariant);
    const failures = readFileSync(log, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; key: string; shrunk: { line: string } | null }).filter(({ type }) => type === 'failure');
    const keys = [...new Set(failures.map(({ key }) => key))];
    expect(keys).toContain('mark-bits invariant LOST_OBJECT');
    for (const key of keys) {
      const [first, second, ...others] = failures.filter((each) => each.key === key);
      expect([first.shrunk, others]).toEqual([null, []]);
      expect(second.shrunk?.line).toMatch(/^v1:/);
      expect(fuzz.out.split(second.shrunk!.line).length).toBe(2);
    }
    for (const { child } of workers) child.kill('SIGTERM');
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(workers.some(({ out }) => /^[1-9]\d* jobs? done$/m.test(out))).toBe(true);
    for (const text of [fuzz.out, fuzz.err, readFileSync(log, 'utf8'), ...workers.flatMap(({ out, err }) => [out, err])]) expect(text).not.toContain(SECRET);
  });

  it('says that the server is away, goes on when it is back, and can be resumed after Ctrl-C', async () => {
    const worker = run('worker', '--jobs', '1');
    const fuzz = run('fuzz', 'mark-bits', '--seconds', '1h', '--monitors', 'none', '--log', log);
    const slices = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('"type":"slice"').length - 1 : 0);
    await until(() => slices() > 0, () => `a slice in:\n${fuzz.out}${fuzz.err}`, () => fuzz.child.exitCode === null);
    await server.stop();
    await Promise.all([fuzz, worker].map((each) => each.says(/can't be reached \(.+\); trying again/)));
    const before = slices();
    await server.start();
    await Promise.all([fuzz, worker].map((each) => each.says(/can be reached again/)));
    await until(() => slices() > before + 1, () => 'slices after the server came back', () => fuzz.child.exitCode === null);
    fuzz.child.kill('SIGINT');
    expect(await fuzz.ended).toBe(EXIT.interrupted);
    expect(fuzz.err).toMatch(/go on with: sweepgen fuzz .*--resume --queue redis:\/\/:PASSWORD@127\.0\.0\.1:/);
    expect(fuzz.out + fuzz.err + worker.out + worker.err).not.toContain(SECRET);
  });
});
