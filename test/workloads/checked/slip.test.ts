/** The toolkit refuses a wrong argument of a workload at the call, with a sentence that names the call. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import type { Mem } from '../../../src/memory/struct.ts';
import type { Step } from '../../../src/runtime/goroutine.ts';
import * as types from '../../../src/heap/type-decl.ts';
import { toolkit as t } from '../../../src/workloads/toolkit.ts';
import type { Workload } from '../../../src/workloads/workload.ts';
import { runOnOneP } from '../../support/machine.ts';

const TYPES = t.typeTable(types.struct('Node', { next: types.unsafePointer, n: types.int }), types.chan(types.int));
const SLOTS = 4;

/** Runs a step with an object of 32 bytes in slot 0 and a channel of two pointers in slot 1, then `more` steps. */
function run(step: Step, more: readonly Step[] = [], withTypes = true): void {
  const workload: Workload = {
    name: 'slips', summary: '', params: {}, types: withTypes ? TYPES : undefined,
    needs: () => ({ arenaBytes: 1 << 20, globals: 64, goroutines: 4 }),
    steps: [
      function begin(m, mp, gp) {
        t.newObject(m, mp, gp, 0, 32, 0);
        t.makechan(m, mp, gp, 1, 8, 2, 0);
        return 1;
      },
      step, ...more,
    ],
    main: { pc: 0, slots: SLOTS }, args: () => [],
  };
  runOnOneP(workload);
}

/** Makes a step that runs `act` and ends the goroutine. */
function doing(act: (m: Mem, mp: number, gp: number, obj: number) => unknown): Step {
  return function slips(m, mp, gp) {
    act(m, mp, gp, t.getSlot(m, gp, 0));
    return t.GOEXIT;
  };
}

const wrong = undefined as unknown as number;

describe('the toolkit refuses', () => {
  it.each<[string, Parameters<typeof doing>[0], RegExp]>([
    ['no memory', (_m, mp, gp) => t.getSlot(wrong as unknown as Mem, gp, mp), /^getSlot\(m, gp, slot\): m must be the shared memory .*, not undefined$/],
    ['an argument too few, at the front', (m, _mp, gp) => t.newObject(m, gp, 0, 32, 0, wrong), /^newObject\(m, mp, gp, slot, size, flags\): mp must be the thread/],
    ['an argument too few, at the end', (m, mp, gp) => t.newObject(m, mp, gp, 2, 32, wrong), /^newObject.*: flags must be .*, not undefined$/],
    ['the thread for the goroutine', (m, mp) => t.getInt(m, mp, 0), /^getInt\(m, gp, i\): gp must be a goroutine/],
    ['one argument too many, in the middle', (m, mp, _gp, obj) => (t.storeInt as (...all: unknown[]) => void)(m, mp, obj, 0, 1), /^storeInt\(m, obj, i, value\): \d+ is no reference to an object$/],
    ['a slot beyond the frame', (m, mp, gp) => t.newObject(m, mp, gp, SLOTS, 32, 0), /^newObject.*: slot 4 is not in the frame of goroutine \d+, which has 4 slots$/],
    ['a negative slot', (m, _mp, gp) => t.setSlot(m, gp, -1, 0), /slot -1 is not in the frame/],
    ['half a slot', (m, _mp, gp) => t.getSlot(m, gp, 0.5), /slot 0.5 is not in the frame/],
    ['a size below 0', (m, mp, gp) => t.newObject(m, mp, gp, 2, -8, 0), /size must be a whole number from 0 to \d+, not -8$/],
    ['a flag that is none', (m, mp, gp) => t.newObject(m, mp, gp, 2, 8, 64), /flags must be .*, not 64$/],
    ['an int that is none', (m, _mp, gp) => t.setInt(m, gp, 32, 1), /^setInt\(m, gp, i, value\): there is no int 32; a goroutine has 32, from 0 on$/],
    ['no value', (m, _mp, gp) => t.setInt(m, gp, 0, wrong), /the value must be a finite number, not undefined$/],
    ['a word beyond the object', (m, _mp, _gp, obj) => t.storeWord(m, obj, 4, obj), /^storeWord\(m, obj, i, ref\): word 4 is not in the object, which has 4 from there on$/],
    ['a word before the object', (m, _mp, _gp, obj) => t.loadInt(m, obj, -1), /word -1 is not in the object/],
    ['a word of nil', (m) => t.loadWord(m, 0, 0), /^loadWord\(m, obj, i\): the reference is nil$/],
    ['half a pointer', (m, _mp, _gp, obj) => t.storeInt(m, obj + 1, 0, 1), /\d+ is no reference to an object$/],
    ['an address for a reference', (m, _mp, gp, obj) => t.storeWord(m, obj, 0, t.getSlotAddress(m, gp, 0)), /^storeWord.*: \d+ is no reference to an object$/],
    ['a reference to nothing', (m, _mp, gp) => t.setSlot(m, gp, 0, 12), /^setSlot.*: 12 is no reference to an object$/],
    ['a reference to a frame', (m, _mp, gp, obj) => t.storeWord(m, obj, 0, t.slotAt(m, gp, 0)), /^storeWord.*: \d+ is no reference to an object$/],
    ['no number for a reference', (m, _mp, _gp, obj) => t.swapWord(m, obj, 0, Number.NaN), /NaN is no reference to an object$/],
    ['a global that is none', (m) => t.getGlobal(m, 64), /^getGlobal\(m, i\): there is no global 64; the workload's needs\(\) ask for fewer$/],
    ['a group beyond the globals', (m, mp) => t.groupAdd(m, mp, 62, 1), /^groupAdd\(m, mp, group, n\): there is no global 65/],
    ['a group with none left', (m, mp) => t.groupDone(m, mp, 0), /^sync: negative WaitGroup counter$/],
    ['a step that can not be', (m, _mp, gp) => t.call(m, gp, -1, 0, 0), /^call\(m, gp, pc, slots, back\): a step is named by its place in the list, from 0 on, not by -1$/],
    ['a frame too large', (m, mp, gp) => t.prepare(m, mp, gp, 0, 5000), /a frame has 0 to 4096 slots, not 5000$/],
    ['a park nowhere', () => t.parkAt(wrong), /^parkAt\(pc\): a step is named by/],
    ['a missing frame', (m, _mp, gp) => [t.ret(m, gp), t.ret(m, gp)], /^ret\(m, gp\): goroutine \d+ has no frame left to return from$/],
    ['an object after the frame is gone', (m, mp, gp) => [t.ret(m, gp), t.newObject(m, mp, gp, 0, 8, 0)], /^newObject.*: goroutine \d+ has no frame: it has answered ret$/],
    ['a second start', (m, mp, gp) => { const g = t.prepare(m, mp, gp, 1, 0); t.start(m, mp, g); t.start(m, mp, g); }, /^start\(m, mp, prepared\): goroutine \d+ was started before$/],
    ['a start of itself', (m, mp, gp) => t.start(m, mp, gp), /^start.*: goroutine \d+ was started before$/],
    ['readying who runs', (m, mp, gp) => t.ready(m, mp, gp), /^ready\(m, mp, gp\): goroutine \d+ does not wait/],
    ['another goroutine for the running one', (m, mp, gp) => t.newObject(m, mp, t.prepare(m, mp, gp, 1, 1), 0, 8, 0), /^newObject.*: goroutine \d+ is not the one that runs on this thread$/],
    ['freeing a part', (m, mp, _gp, obj) => t.free(m, mp, obj + 2), /^free\(m, mp, ref\): only an object can be freed/],
    ['freeing something tiny', (m, mp, gp) => t.free(m, mp, t.newObject(m, mp, gp, 2, 8, 0)), /^free.*: an object of less than 16 bytes/],
    ['freeing what has a finalizer', (m, mp, gp, obj) => [t.setfinalizer(m, mp, gp, t.getSlotAddress(m, gp, 0), 1, 0), t.free(m, mp, obj)], /^free.*: the object has a finalizer; take it back with clearfinalizer first$/],
    ['an ordinary object as channel', (m, mp, gp, obj) => [t.newObject(m, mp, gp, 0, 64, 0), t.storeInt(m, t.getSlot(m, gp, 0), 3, 77), t.chanlen(m, t.getSlot(m, gp, 0)), obj], /^chanlen\(m, c\): the object at \d+ is no channel$/],
    ['a small object as channel', (m, mp, gp, obj) => t.trysend(m, mp, gp, obj, 0), /^trysend\(m, mp, gp, c, slot\): word \d+ is not in the object/],
    ['an element beyond the frame', (m, mp, gp) => t.trysend(m, mp, gp, t.getSlot(m, gp, 1), SLOTS), /goes past the frame of goroutine/],
    ['cases that are none', (m, mp, gp) => t.select(m, mp, gp, [{}] as never), /^select\(m, mp, gp, cases\): each case must be made by sendCase or recvCase$/],
    ['no cases', (m, mp, gp) => t.selectOr(m, mp, gp, wrong as never, 0), /^selectOr.*: cases must be a list of what sendCase and recvCase make, not undefined$/],
    ['a case without a slot', () => t.recvCase(0, wrong, 1), /^recvCase\(chanSlot, slot, pc\): slot must be a whole number/],
    ['a type that is none', (m, mp, gp) => t.newValue(m, mp, gp, 2, 99), /^newValue\(m, mp, gp, slot, type\): there is no type 99; the workload's types are 0 to \d+$/],
    ['a channel of no channel type', (m, mp, gp) => t.newChan(m, mp, gp, 2, 0, 1), /^newChan.*: type 0 is no type of channels$/],
    ['a string beyond the object', (m, _mp, gp, obj) => t.storeString(m, obj, 3, t.getSlotAddress(m, gp, 0), 1), /^storeString.*: word 4 is not in the object/],
    ['statistics into too little', (m, mp, _gp, obj) => t.readMemStats(m, mp, obj), /^readMemStats\(m, mp, into\): word \d+ is not in the object, which has 4 from there on$/],
    ['a figure that is none', (m, mp, gp) => t.memStat(m, t.newObject(m, mp, gp, 2, t.MEMSTATS_BYTES, t.FLAG_NOSCAN), 'HeapInUse' as never), /^memStat\(m, stats, name\): there is no figure 'HeapInUse'; did you mean 'HeapInuse'\?$/],
    ['pauses into too little', (m, mp, _gp, obj) => t.readGCStats(m, mp, obj, t.GCSTATS_CAP), /^readGCStats\(m, mp, dst, cap\): word \d+ is not in the object/],
    ['a byte of nothing', (m) => t.setFreshByte(m, 0, 1), /^setFreshByte\(m, address, byte\): the address is nil$/],
    ['a byte beyond the heap', (m) => t.getByte(m, 1 << 30), /^getByte\(m, address\): 1073741824 is no address of a byte of an object/],
    ['GOGC of nothing', (m, mp) => t.setGCPercent(m, mp, wrong), /^setGCPercent\(m, mp, percent\): the value must be a finite number, not undefined$/],
    ['a profile of no kind', (m, mp) => t.setMemProfileKind(m, mp, 3), /^setMemProfileKind\(m, mp, kind\): kind must be a whole number from 0 to 2, not 3$/],
  ])('%s', (_, act, message) => {
    expect(() => run(doing(act))).toThrow(UsageError);
    expect(() => run(doing(act))).toThrow(message);
  });

  it('types if the workload declares none', () => {
    expect(() => run(doing((m, mp, gp) => t.newValue(m, mp, gp, 2, 0)), [], false)).toThrow(/^newValue.*: the workload declares no types$/);
  });

  it('a group with two waiting goroutines', () => {
    const wait: Step = (m, mp, gp) => t.groupWait(m, mp, gp, 0, 3);
    const begin: Step = function begin(m, mp, gp) {
      t.groupAdd(m, mp, 0, 1);
      t.start(m, mp, t.prepare(m, mp, gp, 2, 0));
      return 2;
    };
    expect(() => run(begin, [wait, doing(() => {})])).toThrow(/^goroutine \d+ waits for a group that goroutine \d+ waits for/);
  });
});

describe('SetFinalizer', () => {
  const set = (m: Mem, mp: number, gp: number, address: number) => t.setfinalizer(m, mp, gp, address, 2, 0);
  const end: Step = () => t.GOEXIT;

  it('ignores an object of size 0, as Go does', () => {
    const onZero = doing((m, mp, gp) => {
      t.newObject(m, mp, gp, 2, 0, 0);
      set(m, mp, gp, t.getSlotAddress(m, gp, 2));
      set(m, mp, gp, t.getSlotAddress(m, gp, 2));
      expect(t.clearfinalizer(m, mp, t.getSlotAddress(m, gp, 2))).toBe(false);
      t.collect(m, mp, true);
    });
    expect(() => run(onZero, [end])).not.toThrow();
  });

  it('accepts a byte of a tiny object, the start of any other, and a second finalizer after the first is removed', () => {
    const good = doing((m, mp, gp) => {
      t.newObject(m, mp, gp, 2, 5, t.FLAG_NOSCAN);
      t.newObject(m, mp, gp, 3, 5, t.FLAG_NOSCAN);
      set(m, mp, gp, t.getSlotAddress(m, gp, 3));
      set(m, mp, gp, t.getSlotAddress(m, gp, 0));
      expect(t.clearfinalizer(m, mp, t.getSlotAddress(m, gp, 0))).toBe(true);
      set(m, mp, gp, t.getSlotAddress(m, gp, 0));
    });
    expect(() => run(good, [end])).not.toThrow();
  });

  it.each<[string, Parameters<typeof doing>[0], RegExp]>([
    ['twice', (m, mp, gp) => [set(m, mp, gp, t.getSlotAddress(m, gp, 0)), set(m, mp, gp, t.getSlotAddress(m, gp, 0))], /runtime\.SetFinalizer: finalizer already set$/],
    ['nil', (m, mp, gp) => set(m, mp, gp, 0), /runtime\.SetFinalizer: first argument is nil$/],
    ['a global', (m, mp, gp) => set(m, mp, gp, t.globalAt(m, 3) * 4), /runtime\.SetFinalizer: pointer not in heap: a global is never freed$/],
    ['the middle of an object', (m, mp, gp) => set(m, mp, gp, t.getSlotAddress(m, gp, 0) + 8), /runtime\.SetFinalizer: pointer not at beginning of allocated block/],
    ['a slot', (m, mp, gp) => set(m, mp, gp, t.slotAt(m, gp, 0) * 4), /runtime\.SetFinalizer: pointer not in heap/],
    ['a reference for the address', (m, mp, gp, obj) => set(m, mp, gp, obj), /runtime\.SetFinalizer: pointer not in heap/],
    ['half an address', (m, mp, gp) => set(m, mp, gp, 0.5), /0\.5 is no address of an object; getSlotAddress gives one$/],
    ['no step', (m, mp, gp) => t.setfinalizer(m, mp, gp, t.getSlotAddress(m, gp, 0), wrong, 0), /a step is named by its place/],
  ])('refuses %s', (_, act, message) => {
    expect(() => run(doing(act), [end])).toThrow(UsageError);
    expect(() => run(doing(act), [end])).toThrow(message);
  });

  it.each<[string, Step, number, RegExp]>([
    ['that answers a step', () => 1, 3, /^the finalizer at step 3 returned 1; a finalizer is one step that returns GOEXIT$/],
    ['that answers nothing', (() => {}) as unknown as Step, 3, /^the finalizer at step 3 returned undefined/],
    ['that is no step', () => t.GOEXIT, 9, /^a finalizer is step 9, and the program has 4 steps$/],
  ])('reports a finalizer %s', (_, finalize, pc, message) => {
    const set9: Step = function setAndDrop(m, mp, gp) {
      t.setfinalizer(m, mp, gp, t.getSlotAddress(m, gp, 0), pc, 0);
      t.setSlot(m, gp, 0, 0);
      return 2;
    };
    const wait: Step = function wait(m, mp, gp) {
      t.collect(m, mp, true);
      t.setInt(m, gp, 0, t.getInt(m, gp, 0) + 1);
      return t.getInt(m, gp, 0) < 100 ? t.yieldTo(2) : t.GOEXIT;
    };
    expect(() => run(set9, [wait, finalize])).toThrow(message);
  });
});
