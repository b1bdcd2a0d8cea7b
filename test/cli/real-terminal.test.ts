/** A stream that can't be written gives one sentence and exit code 6, never a broken invariant. */
import { describe, expect, it } from 'vitest';
import { EXIT, OutputError, UsageError } from '../../src/base/fatal.ts';
import { ReaderGone, realTerminal } from '../../src/cli/real-terminal.ts';
import { MachineStuck } from '../../src/run/errors.ts';
import { cli, collecting, cycleOf, resultOf, terminalOf } from './fakes.ts';

function failing(code: string): (fd: number) => void {
  return () => {
    throw Object.assign(new Error(`${code}: no`), { code, syscall: 'write' });
  };
}

const FACTS = { outIsTerminal: false, errIsTerminal: false };

describe('stdout', () => {
  it.each([['ENOSPC', 'no space is left on the device'], ['EBADF', 'it is closed'], ['EIO', 'the device reports an error']])('with %s is told in a sentence', (code, reason) => {
    const terminal = realTerminal(FACTS, {}, undefined, failing(code));
    expect(() => terminal.out('x')).toThrow(new OutputError(`stdout can't be written: ${reason}`));
  });

  it('that its reader has closed is no error', () => {
    expect(() => realTerminal(FACTS, {}, undefined, failing('EPIPE')).out('x')).toThrow(ReaderGone);
  });

  const COMMANDS = ['--help', 'help run', '--version', 'completion bash', 'run', 'run --json', 'scale tree', 'scale tree --bench', 'start', 'start --json', 'stress --seconds 0.01', 'sequence', 'sequence --json', 'explore --list', 'explore --list --json', 'explore mark-bits --executions 1'];
  const play = (options: Parameters<typeof collecting>[0]) => (options.args === undefined ? resultOf({ lines: ['a line'], cycles: [cycleOf()] }) : collecting(options));

  it.each(COMMANDS)('that is full ends "%s" with a sentence and exit code 6', async (line) => {
    const written: string[] = [];
    const full = terminalOf({ out: () => { throw new OutputError("stdout can't be written: no space is left on the device"); }, err: (text) => void written.push(text) });
    expect((await cli(line, play, { terminal: full })).code).toBe(EXIT.output);
    const [said, ...more] = written;
    expect(more).toEqual([]);
    if (line.includes('--json')) expect(JSON.parse(said).error).toMatchObject({ code: 'OUTPUT', exitCode: 6 });
    else expect(said).toBe("sweepgen: stdout can't be written: no space is left on the device\n");
  });

  it.each(COMMANDS)('that its reader has closed ends "%s" without a message', async (line) => {
    const written: string[] = [];
    const gone = terminalOf({ out: () => { throw new ReaderGone(); }, err: (text) => void written.push(text) });
    expect([(await cli(line, play, { terminal: gone })).code, written]).toEqual([0, []]);
  });
});

describe('an output file that can not be written at the end', () => {
  const full = new OutputError("out can't be written: no space is left on the device");
  const changes = { writeFile: () => { throw full; }, writeText: () => Promise.reject(full) };

  it.each(['run --memorydump out', 'run --memprofile out', 'scale tree --svg out'])('costs "%s" no results', async (line) => {
    const { code, out, err } = await cli(line, (options) => (options.args === undefined ? resultOf({ memProfile: { rate: 1, records: [] } }) : collecting(options)), changes);
    expect(code).toBe(EXIT.output);
    expect(out).toMatch(/live at the end|mark time/);
    expect(err).toContain(`sweepgen: ${full.message}\n`);
  });

  it.each(['run --memorydump out', 'run --memprofile out', 'run --heapdump out', 'scale tree --svg out', 'calibrate --out out', 'explore mark-bits --save out'])('is checked before the work of "%s"', async (line) => {
    function refuse(path: string): never {
      throw new UsageError(`${path} is refused`);
    }
    const { code, out, err, started } = await cli(line, undefined, { checkWritable: refuse, checkWritableFolder: refuse });
    expect([code, out, err, started]).toEqual([2, '', 'sweepgen: out is refused\n', []]);
  });
});

describe('stderr', () => {
  it('that is full never throws, and is tried no more', () => {
    let tries = 0;
    const terminal = realTerminal(FACTS, {}, undefined, () => {
      tries++;
      failing('ENOSPC')(2);
    });
    terminal.err('a');
    terminal.err('b');
    expect([tries, terminal.errLost]).toEqual([1, "stderr can't be written: no space is left on the device"]);
  });

  const lost = (out: string[]) => terminalOf({ out: (text) => void out.push(text), errLost: "stderr can't be written: it is closed" });

  it('that is lost is told at the end of stdout, with exit code 6', async () => {
    const out: string[] = [];
    expect((await cli('run', undefined, { terminal: lost(out) })).code).toBe(EXIT.output);
    expect(out.at(-1)).toBe("sweepgen: stderr can't be written: it is closed\n");
  });

  it('that is lost keeps a document whole, and the code of a failure', async () => {
    const out: string[] = [];
    expect((await cli('run --json', undefined, { terminal: lost(out) })).code).toBe(EXIT.output);
    expect(JSON.parse(out.join('')).command).toBe('run');
    expect((await cli('run', () => new MachineStuck('x', 'y'), { terminal: lost([]) })).code).toBe(EXIT.hang);
  });
});

describe('a terminal', () => {
  it('has the width of COLUMNS, else of the terminal, from 60 to 200', () => {
    const widths = (COLUMNS: string | undefined, outColumns?: number) => {
      const { outWidth, errWidth } = realTerminal({ outIsTerminal: outColumns !== undefined, errIsTerminal: true, outColumns, errColumns: 90 }, { COLUMNS });
      return [outWidth, errWidth];
    };
    expect([widths(undefined, 132), widths(undefined), widths('100', 132), widths('100')]).toEqual([[132, 90], [undefined, 90], [100, 100], [100, 100]]);
    expect([widths('10'), widths('1000'), widths('wide', 70), widths('0', 70)]).toEqual([[60, 60], [200, 200], [70, 90], [70, 90]]);
  });

  it('draws with Unicode where the locale has it, with ASCII elsewhere, and nothing on a dumb terminal or into a file', () => {
    const chart = (env: Record<string, string>, outIsTerminal = true) => realTerminal({ outIsTerminal, errIsTerminal: false }, env).outChart;
    expect([chart({ LANG: 'de_DE.UTF-8' }), chart({ LC_CTYPE: 'C.utf8', LANG: 'C' }), chart({ WT_SESSION: '1' })]).toEqual(['unicode', 'unicode', 'unicode']);
    expect([chart({}), chart({ LANG: 'C' }), chart({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' })]).toEqual(['ascii', 'ascii', 'ascii']);
    expect([chart({ TERM: 'dumb', LANG: 'C.UTF-8' }), chart({ LANG: 'C.UTF-8' }, false)]).toEqual([undefined, undefined]);
  });

  it('is coloured where it can be and is not told otherwise', () => {
    const isColored = (env: Record<string, string>, outIsTerminal = true) => realTerminal({ outIsTerminal, errIsTerminal: false }, env).outIsColored;
    expect([isColored({}), isColored({}, false), isColored({ NO_COLOR: '1' }), isColored({ FORCE_COLOR: '1' }, false), isColored({ TERM: 'dumb' })]).toEqual([true, false, false, true, false]);
  });
});
