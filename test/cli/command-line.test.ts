/** Command lines that are printed for the user to paste. */
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import { SignalReceived, describeInterruption } from '../../src/cli/interruption.ts';
import { Stopped } from '../../src/run/errors.ts';

describe('a command line', () => {
  it('has quotes where a shell needs them', () => {
    expect(commandLine(['explore', './a b.mjs', '--seed=1'])).toBe("sweepgen explore './a b.mjs' --seed=1");
  });

  it.each([
    ['redis://me:hunter2@host:1/0', 'redis://me:PASSWORD@host:1/0'],
    ['rediss://:hun:t@er2@host', 'rediss://:PASSWORD@host'],
    ['--queue=postgres://me:hunter2@host/db', '--queue=postgres://me:PASSWORD@host/db'],
    ['redis://host:6379', 'redis://host:6379'],
    ['file:/mnt/a@b', 'file:/mnt/a@b'],
  ])('shows %s as %s', (word, shown) => {
    expect(commandLine(['fuzz', word])).toBe(`sweepgen fuzz ${shown}`);
  });

  it('of an interrupted command holds no password', () => {
    const { lines } = describeInterruption(new Stopped(), { cause: new SignalReceived('SIGINT'), args: ['fuzz', '--queue', 'redis://:hunter2@host'] });
    expect(lines).toContain('begin again with: sweepgen fuzz --queue redis://:PASSWORD@host');
  });
});
