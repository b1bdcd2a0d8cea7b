/** The process in a shell: streams that can't be written, and signals. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync, readdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = `${ROOT}/dist/src/cli/main.js`;
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a line in bash, in which `sg` is sweepgen. */
function shell(line: string): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile('bash', ['-c', `set -o pipefail; sg() { '${process.execPath}' '${MAIN}' "$@"; }; ${line}`], { cwd: folder, timeout: 60_000 }, (_, out, err) => {
      done({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe('a stream', () => {
  it('stdout that is full is one sentence and exit code 6', async () => {
    expect(await shell('sg run churn --set count=2000 > /dev/full')).toEqual({ code: 6, out: '', err: "sweepgen: stdout can't be written: no space is left on the device\n" });
  });

  it('stderr that is full or closed by its reader does not end the work, and is reported', async () => {
    const { code, out, err } = await shell('sg run churn --set count=500000 --gctrace 2> /dev/full');
    expect([code, err]).toEqual([6, '']);
    expect(out).toMatch(/collections.*\n(.*\n)*sweepgen: stderr can't be written: no space is left on the device\n$/);
    // The FIFO has a reader only until bash has opened it.
    const gone = await shell('mkfifo gone; sleep 0 < gone & exec 3> gone; wait; sg rnu 2>&3');
    expect(gone).toEqual({ code: 2, out: "sweepgen: stderr can't be written: the reader has closed it\n", err: '' });
  });

  it('stdout that its reader has closed is no error', async () => {
    const { code, out, err } = await shell('sg explore --list | head -1');
    expect([code, out, err]).toEqual([0, 'Scenarios:\n', '']);
  });

  it("of the user's own module does not get into a document", async () => {
    writeFileSync(join(folder, 'talks.mjs'), "console.log('a word'); export { default } from './quiet.mjs';");
    writeFileSync(join(folder, 'quiet.mjs'), "export default { name: 'talks', summary: 's', params: {}, needs: () => ({ arenaBytes: 1 << 20, globals: 0, goroutines: 1 }), steps: [() => -1], main: { pc: 0, slots: 0 }, args: () => [] };");
    const { out, err } = await shell('sg run ./talks.mjs --procs 1 --json');
    expect(JSON.parse(out).workload).toBe('talks');
    expect(err).toContain('a word');
  });
});

/** Starts a command, sends the signal once its output contains `when`, and waits for its end. */
function signalled(words: readonly string[], when: string, signal: NodeJS.Signals): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: ROOT, timeout: 60_000 });
    const said = { out: '', err: '' };
    let sent = false;
    function hear(stream: 'out' | 'err', text: Buffer): void {
      said[stream] += text.toString();
      if (sent || !(said.out + said.err).includes(when)) return;
      sent = true;
      child.kill(signal);
    }
    child.stdout.on('data', (text: Buffer) => hear('out', text));
    child.stderr.on('data', (text: Buffer) => hear('err', text));
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? -1, ...said }));
  });
}

describe('a signal', () => {
  it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s ends stress, which says how to go on', async (signal, code) => {
    const ended = await signalled(['stress', '--seconds', '50', '--seed', '5'], 'rounds for', signal);
    expect(ended.code).toBe(code);
    // On an overloaded machine, the main thread prints the message.
    expect(ended.err).toMatch(/^sweepgen: interrupted.*\nsweepgen: (go on with: sweepgen stress --seconds 50 --seed 5 --first-round \d+|begin again with: sweepgen stress --seconds 50 --seed 5)\n$/);
  });

  it('is heard while the thread of the command is busy for good', async () => {
    const { code, err } = await signalled(['run', './test/fixtures/workloads/builds-forever.mjs'], 'building', 'SIGINT');
    expect(code).toBe(130);
    expect(err).toContain('sweepgen: begin again with: sweepgen run ./test/fixtures/workloads/builds-forever.mjs\n');
  });

  it('leaves an output file as it was, and nothing beside it', async () => {
    const path = join(folder, 'out.heapdump');
    writeFileSync(path, 'precious');
    const { code } = await signalled(['run', 'churn', '--set', 'count=100000000', '--gctrace', '--heapdump', path], 'gc1', 'SIGINT');
    expect([code, readFileSync(path, 'utf8')]).toEqual([130, 'precious']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
