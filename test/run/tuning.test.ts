/** The parameters of the mark: their bounds, and the mark loop that has each. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { shapeFor } from '../../src/run/shape.ts';
import { policyFor, tunedShape, type MachineTuning, type Policy } from '../../src/run/tuning.ts';

const NEEDS = { arenaBytes: 1 << 20, globals: 100, goroutines: 1 };

describe('the parameters of the mark', () => {
  it('choose the lab exactly if only the lab has them', () => {
    expect(policyFor({})).toBe('go1.3');
    expect(policyFor({ tuning: { workbuf: 64, ptrbuf: 8 } })).toBe('go1.3');
    const choices: MachineTuning[] = [{ mark: 'byte' }, { mark: 'cas' }, { order: 'fifo' }, { direction: 'backwards' }, { split: 0 }, { prefetch: 8 }];
    for (const tuning of choices) {
      expect(policyFor({ tuning })).toBe('lab');
      expect(policyFor({ policy: 'lab', tuning })).toBe('lab');
      expect(shapeFor({ tuning }, NEEDS).policy).toBe(POLICY.lab);
    }
  });

  it.each<[Policy | undefined, MachineTuning, string]>([
    ['go1.3', { mark: 'byte' }, '--mark is for --policy lab alone; leave it out, or --policy go1.3'],
    ['tuned', { prefetch: 1 }, '--prefetch is for --policy lab alone; leave it out, or --policy tuned'],
    ['tuned', { ptrbuf: 8 }, '--ptrbuf is for --policy go1.3 alone; leave it out, or --policy tuned'],
    ['lab', { ptrbuf: 8 }, '--ptrbuf is for --policy go1.3 alone; leave it out, or --policy lab'],
    [undefined, { ptrbuf: 8, split: 4 }, '--ptrbuf is for --policy go1.3 alone; leave it out, or --split'],
  ])('refuse %s with %j', (policy, tuning, sentence) => {
    expect(() => policyFor({ policy, tuning })).toThrow(new UsageError(sentence));
    expect(() => shapeFor({ policy, tuning }, NEEDS)).toThrow(sentence);
  });

  it('are put into the shape, pieces in words of 4 bytes', () => {
    expect(tunedShape({})).toMatchObject({ labMark: 0, labOrder: 0, labDirection: 0, labSplit: 0, labPrefetch: 0 });
    expect(tunedShape({ mark: 'byte', order: 'fifo', direction: 'backwards', split: 100, prefetch: 8 })).toMatchObject({ labMark: 1, labOrder: 1, labDirection: 1, labSplit: 200, labPrefetch: 8 });
  });

  it.each([
    [{ mark: 'bytes' }, 'mark must be cas or byte, not \'bytes\''],
    [{ order: 1 }, 'order must be lifo or fifo, not 1'],
    [{ direction: 'toString' }, 'direction must be forwards or backwards, not \'toString\''],
    [{ split: -1 }, 'split must be a whole number from 0 to 67108864, not -1'],
    [{ prefetch: 64 }, 'prefetch must be a whole number from 0 to 63, not 64'],
    [{ prefetch: '8' }, "prefetch must be a whole number from 0 to 63, not '8'"],
  ])('refuse %j', (tuning, sentence) => {
    expect(() => tunedShape(tuning as MachineTuning)).toThrow(new UsageError(sentence));
  });

  it('refuse the lab on the 32-bit machine, with types and with other collectors', () => {
    expect(() => shapeFor({ tuning: { mark: 'byte' }, goarch: '386' }, NEEDS)).toThrow('the lab mark loop is made for pointers of 64 bits; leave --policy lab out with --goarch 386');
    expect(() => shapeFor({ policy: 'lab', types: 'mtypes' }, NEEDS)).toThrow('--policy lab knows no types; leave it away, or --types mtypes');
    expect(() => shapeFor({ policy: 'lab', collector: 'bitmap' }, NEEDS)).toThrow('the collector bitmap has a mark loop of its own; leave --policy lab out');
  });
});
