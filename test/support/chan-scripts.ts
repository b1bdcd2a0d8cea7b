/** Goroutines on channels, written as scripts, on a machine of one P in the test's own thread. */
import type { Mem } from '../../src/memory/struct.ts';
import { ptrWords } from '../../src/memory/config.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { chanclose, chanok, chanrecv, chansend, makechan } from '../../src/runtime/chan.ts';
import { GOEXIT, slotAt, yieldTo, type Step } from '../../src/runtime/goroutine.ts';
import { getGlobal, loadInt, prepare, setGlobal, setSlot, start, storeInt } from '../../src/runtime/mutator.ts';
import { selectOr, select, recvCase, sendCase } from '../../src/runtime/select.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { runOnOneP, type MachineOptions, type Run } from './machine.ts';

/** One step of a script; `next` is where the script goes on. */
export type Do = (m: Mem, mp: MRef, gp: GRef, next: number) => number;
/** What a line of a script is made of: some steps, once the places of all scripts are known. */
export type Line = (places: Places) => readonly Do[];
export type Scripts = Readonly<Record<string, readonly Line[]>>;

type Places = Readonly<Record<string, number>>;

/** Slots of every frame. Slot 0 is the element; of a select, the channels come next, then their elements. */
export const SLOTS = 24;
const SELECT_CHANS = 1;
const SELECT_ELEMS = 12;

/** Runs the script `main` to its end, and those it starts as far as they come. */
export function runScripts(scripts: Scripts, options: MachineOptions = {}): Run {
  const places: Record<string, number> = {};
  let at = 0;
  for (const [name, lines] of Object.entries(scripts)) {
    places[name] = at;
    at += lines.reduce((n, line) => n + line(placeholders(scripts)).length, 0) + 1;
  }
  const steps: Step[] = [];
  for (const lines of Object.values(scripts)) {
    for (const doIt of lines.flatMap((line) => line(places))) {
      const next = steps.length + 1;
      steps.push((m, mp, gp) => doIt(m, mp, gp, next));
    }
    steps.push(() => GOEXIT);
  }
  const workload: Workload = {
    name: 'scripts',
    summary: '',
    params: {},
    needs: () => ({ arenaBytes: 8 << 20, globals: 16, goroutines: 64 }),
    steps,
    main: { pc: places.main, slots: SLOTS },
    args: () => [],
  };
  return runOnOneP(workload, {}, { timeslice: 1000, ...options });
}

function placeholders(scripts: Scripts): Places {
  return Object.fromEntries(Object.keys(scripts).map((name) => [name, 0]));
}

/** A line of one step that goes on at the next. */
export function act(what: (m: Mem, mp: MRef, gp: GRef) => unknown): Line {
  return () => [
    (m, mp, gp, next) => {
      what(m, mp, gp);
      return next;
    },
  ];
}

/** A channel in global `c`; its elements are one word unless `words` says more. */
export function make(c: number, cap: number, words = 1, flags = 0): Line {
  return act((m, mp, gp) => setGlobal(m, c, makechan(m, mp, gp, 0, words * 4 * ptrWords(m), cap, flags)));
}

/** Starts each of the scripts `names`. */
export function go(...names: readonly string[]): Line {
  return (places) => [
    (m, mp, gp, next) => {
      for (const name of names) start(m, mp, prepare(m, mp, gp, places[name], SLOTS));
      return next;
    },
  ];
}

/** Lets the others run until they wait or end. */
export const pause: Line = () => [(_m, _mp, _gp, next) => yieldTo(next)];

/** Sends the number `value`. */
export function send(c: number, value: number): Line {
  return () => [
    (m, mp, gp, next) => {
      storeInt(m, slotAt(m, gp, 0), 0, value);
      return chansend(m, mp, gp, getGlobal(m, c), 0, next);
    },
  ];
}

/** Receives a number; what came is logged, or 'end' for a closed channel's zero. */
export function recv(c: number, log: unknown[]): Line {
  return () => [(m, mp, gp, next) => chanrecv(m, mp, gp, getGlobal(m, c), 0, next), (m, _mp, gp, next) => note(m, gp, next, log)];
}

function note(m: Mem, gp: GRef, next: number, log: unknown[]): number {
  const value = loadInt(m, slotAt(m, gp, 0), 0);
  log.push(chanok(m, gp) ? value : value === 0 ? 'end' : `dirty end ${value}`);
  return next;
}

export function close(c: number): Line {
  return act((m, mp, gp) => chanclose(m, mp, gp, getGlobal(m, c)));
}

export interface Way {
  /** What is logged before the number received, or when it is sent. */
  readonly name: string;
  readonly recv?: number;
  readonly send?: number;
  /** The number to send. */
  readonly value?: number;
}

/** A select; logs which way it went, and what it received. With `otherwise` it doesn't wait. */
export function selectOf(ways: readonly Way[], log: unknown[], otherwise?: string): Line {
  return () => [
    (m, mp, gp, next) => {
      const cases = ways.map((way, i) => {
        const chan = SELECT_CHANS + i;
        const elem = SELECT_ELEMS + i;
        setSlot(m, gp, chan, getGlobal(m, (way.recv ?? way.send)!));
        if (way.send !== undefined) storeInt(m, slotAt(m, gp, elem), 0, way.value ?? 0);
        return (way.send === undefined ? recvCase : sendCase)(chan, elem, next + i);
      });
      return otherwise === undefined ? select(m, mp, gp, cases) : selectOr(m, mp, gp, cases, next + ways.length);
    },
    ...ways.map((way, i): Do => (m, _mp, gp, next) => {
      const value = loadInt(m, slotAt(m, gp, SELECT_ELEMS + i), 0);
      log.push(way.send !== undefined ? way.name : chanok(m, gp) ? `${way.name} ${value}` : `${way.name} end`);
      return next + ways.length - i;
    }),
    (_m, _mp, _gp, next) => {
      log.push(otherwise);
      return next;
    },
  ];
}
