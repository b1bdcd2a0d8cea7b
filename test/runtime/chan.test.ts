import { describe, expect, it } from 'vitest';
import { ptrWords } from '../../src/memory/config.ts';
import { HCHAN_BYTES, HCHAN_WORDS, Hchan } from '../../src/heap/hchan.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { chancap, chanclose, chanlen, chanrecv, chansend, makechan, tryrecv, trysend } from '../../src/runtime/chan.ts';
import { parkAt, slotAt } from '../../src/runtime/goroutine.ts';
import { collect, getGlobal, getSlot, loadInt, loadWord, newObject, setGlobal, setSlot, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { SLOTS, act, close, go, make, pause, recv, runScripts, send, type Line, type Scripts } from '../support/chan-scripts.ts';
import { fatalCode } from '../support/machine.ts';

const MACHINES = [
  ['the 64-bit machine', { ptrWords: 2 }],
  ['the 32-bit machine', { ptrWords: 1 }],
  ['a machine that collects all the time', { ptrWords: 2, gcEvery: 1 }],
] as const;

/** What `run` throws. */
function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

describe.each(MACHINES)('channels on %s', (_, options) => {
  it('begin with count and capacity as ints, then the buffer, all zero', () => {
    runScripts({
      main: [
        make(0, 5, 3),
        act((m) => {
          const c = getGlobal(m, 0);
          const words = HCHAN_WORDS + 5 * 3 * ptrWords(m);
          expect([loadInt(m, c, 0), loadInt(m, c, 1)]).toEqual([0, 5]);
          expect([chanlen(m, c), chancap(m, c)]).toEqual([0, 5]);
          expect(Array.from(m.subarray(c + HCHAN_WORDS, c + words)).every((word) => word === 0)).toBe(true);
          expect(m[c + Hchan.at.elemsize]).toBe(12 * ptrWords(m));
          expect(HCHAN_BYTES % 8).toBe(0);
        }),
      ],
    }, options);
  });

  it('hand an element over without a buffer, whichever side comes first', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 0), go('receiver'), pause, pause, send(0, 7), pause, go('sender'), pause, pause, recv(0, log)],
      receiver: [recv(0, log)],
      sender: [send(0, 8)],
    }, options);
    expect(log).toEqual([7, 8]);
  });

  it('keep the order with a buffer, and make a sender wait only if it is full', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 3), go('sender'), pause, pause, act((m) => expect(chanlen(m, getGlobal(m, 0))).toBe(3)), ...numbers(8).map(() => recv(0, log))],
      sender: numbers(8).map((i) => send(0, i)),
    }, options);
    expect(log).toEqual(numbers(8));
  });

  it('wake waiting goroutines in the order of their arrival', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 1), go('a'), pause, pause, go('b'), pause, pause, go('c'), pause, pause, ...numbers(4).map(() => recv(0, log))],
      a: [send(0, 1), send(0, 2)],
      b: [send(0, 3)],
      c: [send(0, 4)],
    }, options);
    expect(log).toEqual([1, 2, 3, 4]);
  });

  it('yield their elements once closed, then zeros', () => {
    const log: unknown[] = [];
    runScripts({ main: [make(0, 4), send(0, 1), send(0, 2), close(0), ...numbers(4).map(() => recv(0, log))] }, options);
    expect(log).toEqual([1, 2, 'end', 'end']);
  });

  it('wake all waiting receivers when they are closed', () => {
    const log: unknown[] = [];
    runScripts({
      main: [make(0, 0), go('receiver', 'receiver', 'receiver'), pause, pause, close(0), pause, pause],
      receiver: [act((m, _mp, gp) => storeInt(m, slotAt(m, gp, 0), 0, 99)), recv(0, log)],
    }, options);
    expect(log).toEqual(['end', 'end', 'end']);
  });

  it('carry elements of four words, and of none', () => {
    const seen: unknown[] = [];
    const receive: Line = () => [
      (m, mp, gp, next) => chanrecv(m, mp, gp, getGlobal(m, 0), 1, next),
      (m, mp, gp, next) => {
        seen.push([0, 1, 2, 3, 4, 5].map((i) => loadInt(m, slotAt(m, gp, i), 0)));
        return chanrecv(m, mp, gp, getGlobal(m, 1), 0, next);
      },
    ];
    const give: Line = () => [
      (m, mp, gp, next) => {
        for (let i = 0; i < 4; i++) storeInt(m, slotAt(m, gp, SLOTS - 4 + i), 0, 10 + i);
        return chansend(m, mp, gp, getGlobal(m, 0), SLOTS - 4, next);
      },
      (m, mp, gp, next) => chansend(m, mp, gp, getGlobal(m, 1), 0, next),
    ];
    for (const cap of [0, 2]) {
      runScripts({ main: [make(0, cap, 4), make(1, cap, 0), act((m, _mp, gp) => setSlot(m, gp, 0, 0)), go('giver'), receive, receive], giver: [give, give] }, options);
    }
    expect(seen).toEqual(Array(4).fill([0, 10, 11, 12, 13, 0]));
  });

  it('keep the elements of the buffer alive, and nothing else', () => {
    runScripts({
      main: [
        make(0, 3),
        ...numbers(5).map((i) =>
          act((m, mp, gp) => {
            storeInt(m, newObject(m, mp, gp, 0, 64, 0), 2, i);
            expect(trysend(m, mp, gp, getGlobal(m, 0), 0)).toBe(i <= 3);
          }),
        ),
        act((m, mp, gp) => expect(tryrecv(m, mp, gp, getGlobal(m, 0), 0)).toBe(true)),
        act((m, mp, gp) => {
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
          const c = getGlobal(m, 0);
          const buffered = [0, 1, 2].map((i) => loadWord(m, c + HCHAN_WORDS, i));
          expect(buffered[0]).toBe(0);
          // This reuses the freed memory and makes it dirty.
          for (let i = 0; i < 200; i++) storeInt(m, newObject(m, mp, gp, 1, 64, 0), 2, -1);
          expect(buffered.slice(1).map((p) => loadInt(m, p, 2))).toEqual([2, 3]);
          if (ptrWords(m) === 2) expect(Array.from(m.subarray(c + HCHAN_WORDS, c + HCHAN_WORDS + 2))).toEqual([0, 0]);
        }),
      ],
    }, options);
  });

  it('keep nothing alive by a buffer without pointers', () => {
    const { memstats } = runScripts({
      main: [
        make(0, 400, 1, FLAG_NOSCAN),
        act((m, mp, gp) => {
          for (let i = 0; i < 400; i++) {
            newObject(m, mp, gp, 0, 512, 0);
            trysend(m, mp, gp, getGlobal(m, 0), 0);
          }
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
        }),
      ],
    }, options);
    expect(memstats.Mallocs - memstats.Frees).toBeLessThan(20);
  });

  it('leave the element of a waiting goroutine in its slots, across collections', () => {
    const main: Line[] = [make(0, 0), make(1, 1), go('giver'), pause, pause];
    const giver: Line[] = [];
    for (const c of [0, 1]) {
      for (let i = 1; i <= 3; i++) {
        giver.push(() => [
          (m, mp, gp, next) => {
            storeWord(m, newObject(m, mp, gp, 0, 32, 0), 0, newObject(m, mp, gp, 1, 48, 0));
            storeInt(m, getSlot(m, gp, 1), 0, i);
            setSlot(m, gp, 1, 0);
            return chansend(m, mp, gp, getGlobal(m, c), 0, next);
          },
        ]);
        main.push(
          act((m, mp, gp) => {
            collect(m, mp, true);
            for (let k = 0; k < 200; k++) storeInt(m, newObject(m, mp, gp, 1, 48, 0), 0, -1);
          }),
          () => [
            (m, mp, gp, next) => chanrecv(m, mp, gp, getGlobal(m, c), 0, next),
            (m, _mp, gp, next) => {
              expect(loadInt(m, loadWord(m, getSlot(m, gp, 0), 0), 0)).toBe(i);
              return next;
            },
          ],
        );
      }
    }
    runScripts({ main, giver }, options);
  });
});

describe('trysend and tryrecv', () => {
  it('use the buffer and waiting goroutines', () => {
    const done: unknown[] = [];
    const log: unknown[] = [];
    const offer = (c: number, value: number) =>
      act((m, mp, gp) => {
        storeInt(m, slotAt(m, gp, 0), 0, value);
        done.push(trysend(m, mp, gp, getGlobal(m, c), 0));
      });
    const take = (c: number) => act((m, mp, gp) => done.push(tryrecv(m, mp, gp, getGlobal(m, c), 0) && loadInt(m, slotAt(m, gp, 0), 0)));
    runScripts({
      main: [
        make(0, 0), make(1, 1),
        offer(0, 1), take(0), go('receiver'), pause, pause, offer(0, 2), pause, pause,
        go('sender'), pause, pause, take(0), take(0),
        offer(1, 4), offer(1, 5), take(1), take(1), close(1), take(1),
      ],
      receiver: [recv(0, log)],
      sender: [send(0, 3)],
    });
    expect(done).toEqual([false, false, true, 3, false, true, false, 4, false, 0]);
    expect(log).toEqual([2]);
  });

  it('never succeed on the nil channel', () => {
    runScripts({ main: [act((m, mp, gp) => expect([trysend(m, mp, gp, 0, 0), tryrecv(m, mp, gp, 0, 0), chanlen(m, 0), chancap(m, 0)]).toEqual([false, false, 0, 0]))] });
  });
});

describe('a misuse of channels is reported:', () => {
  const onClosed: Scripts = { main: [make(0, 1), close(0), send(0, 1)] };
  const waiting: Scripts = { main: [make(0, 0), go('sender'), pause, pause, close(0)], sender: [send(0, 1)] };
  const twice: Scripts = { main: [make(0, 0), close(0), close(0)] };
  const nil: Scripts = { main: [act((m, mp, gp) => chanclose(m, mp, gp, 0))] };
  it.each([
    ['send', onClosed, /^send on closed channel by goroutine 1; /],
    ['a sender that waits', waiting, /^send on closed channel by goroutine 2; /],
    ['a second close', twice, /^close of closed channel by goroutine 1; /],
    ['close of nil', nil, /^close of nil channel by goroutine 1$/],
  ])('%s', (_, scripts, expected) => {
    expect(message(() => runScripts(scripts))).toMatch(expected);
  });

  it.each([
    [8, -1, 'makechan: size out of range: -1 elements of 8 bytes'],
    [8, 1.5, 'makechan: size out of range: 1.5 elements of 8 bytes'],
    [8, 2 ** 28, 'makechan: size out of range: 268435456 elements of 8 bytes'],
    [0, 2 ** 31, 'makechan: size out of range: 2147483648 elements of 0 bytes'],
    [12, 1, 'makechan: invalid element of 12 bytes; it must be a multiple of 8 below 65536'],
    [65536, 1, 'makechan: invalid element of 65536 bytes; it must be a multiple of 8 below 65536'],
    [-8, 1, 'makechan: invalid element of -8 bytes; it must be a multiple of 8 below 65536'],
  ])('makechan of elements of %i bytes, %d of them', (bytes, cap, expected) => {
    expect(message(() => runScripts({ main: [act((m, mp, gp) => makechan(m, mp, gp, 0, bytes, cap, 0))] }))).toBe(expected);
  });

  it('a channel larger than the arena is out of memory', () => {
    expect(fatalCode(() => runScripts({ main: [make(0, 2 ** 27)] }))).toBe('OUT_OF_MEMORY');
  });

  it('an element past the end of the frame', () => {
    const past = (slot: number): Scripts => ({ main: [make(0, 1, 2), () => [(m, mp, gp, next) => chansend(m, mp, gp, getGlobal(m, 0), slot, next)]] });
    expect(message(() => runScripts(past(SLOTS - 2)))).toBe('nothing was thrown');
    for (const slot of [SLOTS - 1, SLOTS, -1]) expect(message(() => runScripts(past(slot)))).toMatch(/^an element of 16 bytes at slot -?\d+ goes past the frame of goroutine 1; /);
  });
});

describe('a goroutine on the nil channel', () => {
  it.each([chansend, chanrecv])('waits for ever', (operation) => {
    expect(fatalCode(() => runScripts({ main: [() => [(m, mp, gp, next) => operation(m, mp, gp, 0, 0, next)]] }))).toBe('DEADLOCK');
  });
});

describe('a goroutine that waits on an unreachable channel', () => {
  it('waits until the machine ends', () => {
    const { memstats } = runScripts({
      main: [
        act((m, mp, gp) => setGlobal(m, 0, makechan(m, mp, gp, 0, 8, 0, 0))),
        go('leaked'), pause, pause,
        act((m, mp, gp) => {
          setGlobal(m, 0, 0);
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
          collect(m, mp, true);
        }),
        pause,
      ],
      leaked: [
        () => [
          (m, mp, gp, next) => {
            setSlot(m, gp, 1, getGlobal(m, 0));
            return chanrecv(m, mp, gp, getSlot(m, gp, 1), 0, next);
          },
          () => parkAt(0),
        ],
      ],
    });
    // Its frame keeps the channel.
    expect(memstats.Mallocs - memstats.Frees).toBe(1);
  });
});
