/** `run --watch` on a terminal that a test reads: what its screen shows, and what stays on it. */
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/deps.ts';
import { LiveFrame } from '../../src/cli/live-frame.ts';
import { Stopped } from '../../src/run/errors.ts';
import type { RuntimeOptions } from '../../src/run/api.ts';
import { cli, cycleOf, progressOf, resultOf, terminalOf } from './fakes.ts';

/** The rows of a terminal that knows the few sequences that a drawing needs; any other fails. */
class Screen {
  readonly rows: string[] = [''];
  isCursorShown = true;
  wraps = true;
  /** The row of the cursor. */
  private row = 0;

  readonly write = (text: string): void => {
    for (const [part] of text.replaceAll('\x1b', '␛').matchAll(/␛\[\??\d*[A-Za-z]|\n|\r|[^␛\n\r]+/g)) this.take(part);
  };

  get text(): string {
    return this.rows.join('\n');
  }

  private take(part: string): void {
    const up = /^␛\[(\d+)F$/.exec(part);
    if (up !== null) this.row = Math.max(0, this.row - Number(up[1]));
    else if (part === '␛[J') this.rows.splice(this.row, Infinity, '');
    else if (part === '␛[?25l' || part === '␛[?25h') this.isCursorShown = part.endsWith('h');
    else if (part === '␛[?7l' || part === '␛[?7h') this.wraps = part.endsWith('h');
    else if (part === '\r' || part === '\r␛[K') this.rows[this.row] = '';
    else if (part === '␛[K') this.rows.length = this.row + 1;
    else if (part === '\n') this.rows[++this.row] ??= '';
    else if (part.startsWith('␛')) throw new Error(`the screen does not know ${JSON.stringify(part)}`);
    else this.rows[this.row] += part;
  }
}

function watch(line: string, play: (options: RuntimeOptions, screen: Screen) => ReturnType<typeof resultOf> | Error, changes: Partial<Terminal> = {}) {
  const screen = new Screen();
  const terminal = terminalOf({ err: screen.write, errIsTerminal: true, errWidth: 60, ...changes });
  return { screen, ended: cli(line, (options) => play(options, screen), { terminal }) };
}

describe('run --watch', () => {
  it('draws heap, pauses and threads in place', async () => {
    const { screen, ended } = watch('run churn --watch', ({ onTick, onCycle }) => {
      for (let i = 1; i <= 4; i++) {
        onCycle?.(cycleOf({ numgc: i, pauseNs: i * 2e6 + 1e6, checkpointNs: 1e6 }));
        onTick?.(progressOf({ cycles: i, elapsedNs: i * 1e8, heap: { ...progressOf().heap, allocated: i << 20 }, states: i === 3 ? ['marking', 'waiting'] : ['mutator', 'idle'] }));
      }
      return resultOf();
    });
    await ended;
    const rows = screen.rows.slice(0, 7);
    expect(rows[0]).toBe('churn   4 collections                                 0.4 s');
    expect(rows[1]).toBe('heap    4.00 MB · live 4.00 MB · goal 8.00 MB arena 16.0 MB');
    expect(rows[2]).toBe('        ▂▄▆█');
    expect(rows[3]).toBe('pauses  last 8.00 ms · longest 8.00 ms      5 % of the time');
    expect(rows[4]).toBe('        ▂▄▆█');
    expect(rows[5]).toBe('M0 mutator     ██▓█');
    expect(rows[6]).toBe('M1 idle        ··░·');
    expect(rows.every((row) => row.length < 60)).toBe(true);
    expect([screen.isCursorShown, screen.wraps]).toEqual([true, true]);
  });

  it('hides the cursor while it draws, and prints gctrace above', async () => {
    const during: boolean[] = [];
    const { screen, ended } = watch('run churn --watch --gctrace', ({ onTick, onCycle }, at) => {
      onTick?.(progressOf());
      during.push(at.isCursorShown);
      onCycle?.(cycleOf({ numgc: 1, pauseNs: 1e6 }));
      onTick?.(progressOf({ cycles: 1 }));
      return resultOf();
    });
    await ended;
    expect(during).toEqual([false]);
    expect(screen.rows[0]).toMatch(/^gc1\(1\): /);
    expect(screen.rows.filter((row) => row.startsWith('churn '))).toHaveLength(1);
    expect(screen.isCursorShown).toBe(true);
  });

  it('leaves the last drawing and shows the cursor when it is interrupted', async () => {
    const screen = new Screen();
    const controller = new AbortController();
    const terminal = terminalOf({ err: screen.write, errIsTerminal: true, errWidth: 60 });
    const { code } = await cli('run churn --watch', ({ onTick }) => {
      onTick?.(progressOf({ cycles: 7 }));
      controller.abort();
      return new Stopped();
    }, { terminal, signal: controller.signal });
    expect(code).toBe(130);
    expect(screen.rows[0]).toMatch(/^churn   7 collections/);
    expect(screen.text).toContain('interrupted: churn: 7 collections');
    expect([screen.isCursorShown, screen.wraps]).toEqual([true, true]);
  });

  it('puts many threads on few lines', async () => {
    const { screen, ended } = watch('run churn --watch --procs 64', ({ onTick }) => {
      onTick?.(progressOf({ threads: 64, threadsUp: 9, states: [] }));
      onTick?.(progressOf({ threads: 64 }));
      return resultOf();
    });
    await ended;
    expect(screen.rows[5]).toBe('M0 mutator     M1 mutator     M2 mutator     ');
    expect(screen.text).toContain('M63 mutator');
    expect(screen.text).not.toContain('9 up');
  });

  it('is refused without a terminal', async () => {
    const { code, err, started } = await cli('run churn --watch');
    expect([code, started.length]).toEqual([2, 0]);
    expect(err).toContain('--watch draws on a terminal, and stderr is none; use --gctrace');
  });
});

describe('a live frame', () => {
  it('escapes what is printed above it, and may be closed twice', () => {
    const screen = new Screen();
    const frame = new LiveFrame(screen.write);
    frame.show(['one', 'two']);
    frame.log('\x1b[2J\u202e');
    frame.show(['three']);
    frame.close();
    frame.close();
    expect(screen.rows).toEqual(['\\x1b[2J\\u202e', 'three', '']);
  });
});
