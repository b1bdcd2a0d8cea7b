/** startRuntime accepts valid options, and refuses any other value with one sentence. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { checkOptions } from '../../src/run/options.ts';
import { TUNING } from '../../src/run/tuning.ts';

const heap = { name: 'h', objects: 1, edges: 0, bytes: 8, sizes: Uint32Array.of(8), firstEdge: Uint32Array.of(0, 0), targets: new Uint32Array(), roots: Uint32Array.of(0) };

describe('a machine with valid options', () => {
  it.each([
    [{}],
    [{ params: { count: 3 }, args: [1, -2, 3], heap, takesHeap: true, heapdump: 'x.gz', procs: 64, gogc: 'off', arena: 64 << 10 }],
    [{ gogc: 0, seed: 0, gcEvery: 0, verify: false, policy: 'lab', tuning: { mark: 'byte', workbuf: 64 }, goarch: '386', types: 'mtypes', collector: 'refword' }],
    [{ debug: ['efence', 'checkptr'], gctrace: 2, timeScale: 0, memprofileRate: 1, hangSeconds: 0.5, signal: new AbortController().signal }],
    [{ osHoles: [{ offset: 0, bytes: 4096 }], onCycle: () => 1, onTrace: async () => {}, onTick: () => {}, seed: undefined }],
  ])('%j', (options) => {
    expect(checkOptions({ workload: 'churn', ...options })).toEqual({ workload: 'churn', ...options });
  });
});

describe('invalid options are refused:', () => {
  it.each<[string, unknown, string]>([
    ['none', undefined, 'the options must be an object, not undefined'],
    ['a name alone', 'churn', "the options must be an object, not 'churn'"],
    ['no workload', {}, "workload is missing: it must be a workload's name, or the path or file URL of a module"],
    ['a workload without a name', { workload: '' }, "workload must be a workload's name, or the path or file URL of a module, not ''"],
    ['a text as seed', { seed: 'x' }, "seed must be a whole number from 0 to 4294967295, not 'x'"],
    ['half a seed', { seed: 1.5 }, 'seed must be a whole number from 0 to 4294967295, not 1.5'],
    ['negative time', { hangSeconds: -1 }, 'hangSeconds must be seconds from 0 to 2592000, not -1'],
    ['no time', { hangSeconds: 0 }, 'hangSeconds must be more than 0 seconds, not 0'],
    ['a text as chance', { gcEvery: 'x' }, "gcEvery must be a whole number from 0 to 1000000, not 'x'"],
    ['no arena', { arena: Number.NaN }, 'arena must be bytes from 65536 to 8589934591, not NaN'],
    ['a huge arena', { arena: 1e14 }, 'arena must be bytes from 65536 to 8589934591, not 100000000000000'],
    ['too many Ps', { procs: 65 }, 'procs must be a whole number from 1 to 64, not 65'],
    ['a negative GOGC', { gogc: -1 }, "gogc must be 'off' or a whole number of percent from 0 to 100000, not -1"],
    ['GOGC on', { gogc: 'on' }, "gogc must be 'off' or a whole number of percent from 0 to 100000, not 'on'"],
    ['no policy', { policy: 'turned' }, "policy must be go1.3, tuned, lab or spans, not 'turned'"],
    ['an inherited policy', { policy: 'toString' }, "policy must be go1.3, tuned, lab or spans, not 'toString'"],
    ['no machine', { goarch: 'arm' }, "goarch must be 386 or amd64, not 'arm'"],
    ['a flag in words', { verify: 'yes' }, "verify must be true or false, not 'yes'"],
    ['a flag alone', { debug: 'efence' }, "debug must be a list of allocfreetrace, efence, collectstats or checkptr, not 'efence'"],
    ['no flag', { debug: ['efence', 'gctrace'] }, "debug.1 must be allocfreetrace, efence, collectstats or checkptr, not 'gctrace'"],
    ['a third trace', { gctrace: 3 }, 'gctrace must be 1 or 2, not 3'],
    ['time backwards', { timeScale: -1 }, 'timeScale must be a number from 0 to 1000000, not -1'],
    ['endless time', { timeScale: Infinity }, 'timeScale must be a number from 0 to 1000000, not Infinity'],
    ['no function', { onCycle: 3 }, 'onCycle must be a function, not 3'],
    ['a controller as signal', { signal: new AbortController() }, 'signal must be an AbortSignal, not an object'],
    ['a heap by its path', { heap: 'a.heapsnapshot' }, "heap must be a heap, as openHeapFile gives it, not 'a.heapsnapshot'"],
    ['too many ints', { args: Array<number>(33).fill(1) }, 'args must be at most 32 numbers, not a list'],
    ['a text among the ints', { args: [1, 'x'] }, "args.1 must be a number, not 'x'"],
    ['holes in words', { osHoles: ['16M+1M'] }, "osHoles.0 must be { offset, bytes }, not '16M+1M'"],
    ['a hole of nothing', { osHoles: [{ offset: 0, bytes: 0 }] }, 'osHoles.0.bytes must be bytes from 1 to 8589934591, not 0'],
    ['a slip of a name', { sede: 1 }, "there is no option 'sede'; did you mean seed?"],
    ['a slip inside', { tuning: { workbfu: 64 } }, "there is no option 'tuning.workbfu'"],
    ['a wrong number inside', { tuning: { workbuf: 1 } }, 'tuning.workbuf must be a whole number from 2 to 65536, not 1'],
    ['a wrong word inside', { tuning: { mark: 'bit' } }, "tuning.mark must be cas or byte, not 'bit'"],
    ['control characters', { goarch: '\x1b[31m' }, "goarch must be 386 or amd64, not '\\x1b[31m'"],
  ])('%s', (_, options, message) => {
    const given = typeof options === 'object' && options !== null && message !== "workload is missing: it must be a workload's name, or the path or file URL of a module" ? { workload: 'churn', ...options } : options;
    expect(() => checkOptions(given)).toThrow(UsageError);
    expect(() => checkOptions(given)).toThrow(`startRuntime: ${message}`);
  });

  it('a heap that violates its own invariants', () => {
    expect(() => checkOptions({ workload: 'collect', heap: { ...heap, roots: Uint32Array.of(7) } })).toThrow(/^h: /);
  });
});

describe('the options of a machine', () => {
  it('include every tunable', () => {
    for (const [name, { normal }] of Object.entries(TUNING)) expect(checkOptions({ workload: 'churn', tuning: { [name]: normal } })).toBeDefined();
  });

  it('are copied, so later changes by the caller have no effect', () => {
    const given = { workload: 'churn', params: { count: 1 }, tuning: { workbuf: 64 } };
    const options = checkOptions(given);
    given.params.count = 2;
    given.tuning.workbuf = 2;
    expect(options).toEqual({ workload: 'churn', params: { count: 1 }, tuning: { workbuf: 64 } });
  });
});
