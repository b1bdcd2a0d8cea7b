/** Notices that a machine does not get on, and says which of its parts is to blame. */
import type { Mem } from '../../memory/struct.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { G } from '../../machine/g.ts';
import { M, PHASE } from '../../machine/m.ts';
import { PROGRAM_BASE } from '../../runtime/boot.ts';
import { nanotime } from '../../base/clock.ts';
import { printable } from '../../base/printable.ts';
import { MachineStuck, WorkloadError } from '../errors.ts';
import { describeMachine } from '../../inspect/machine-state.ts';
import { Patience } from './patience.ts';
import { Pulse } from './pulse.ts';

/** Looks at the whole memory take at most this part of the time. */
const MEMORY_SHARE = 0.1;
/** What part of the limit a step must have been running to be blamed. */
const MOST_OF_THE_TIME = 0.75;

/** What runs on a machine. */
export interface ProgramText {
  /** Names of the steps of the text segment. */
  readonly names: readonly string[];
  /** Path of the user's module that its steps are from; undefined for a workload of sweepgen's own. */
  readonly module?: string;
}

export class Stillness {
  private readonly m: Mem;
  private readonly map: MemoryMap;
  private readonly program: ProgramText;
  private readonly pulse: Pulse;
  private readonly patience: Patience;
  private readonly now: () => number;
  private work: number;
  private beats: readonly number[];
  /** By M: what part of the limit had been spent when its beat was last seen to change. */
  private readonly beaten: number[];
  /** Sums of the memory since then, and when the next may be taken, ns. */
  private readonly memories = new Set<number>();
  private nextMemory = 0;

  /** @param now the clock, ns */
  constructor(m: Mem, map: MemoryMap, program: ProgramText, seconds?: number, now = nanotime) {
    this.m = m;
    this.map = map;
    this.program = program;
    this.now = now;
    this.pulse = new Pulse(m, map);
    this.patience = new Patience(seconds, now);
    this.work = this.pulse.work();
    this.beats = this.pulse.beats();
    this.beaten = this.beats.map(() => 0);
  }

  /**
   * Looks once.
   * @param moved whether the caller knows of something that has moved
   * @returns what to end the machine with, if it does not get on
   */
  look(moved = false): Error | undefined {
    const work = this.pulse.work();
    const beats = this.pulse.beats();
    // sweepgen's own workloads are known to end: their steps alone are progress.
    const beat = beats.some((count, i) => count !== this.beats[i]);
    const getsOn = moved || work !== this.work || (this.program.module === undefined && beat);
    const isOver = this.patience.look(getsOn);
    if (getsOn) this.forget();
    beats.forEach((count, i) => {
      if (count !== this.beats[i]) this.beaten[i] = this.patience.spent;
    });
    this.work = work;
    this.beats = beats;
    if (beat && this.patience.spent > 0.5) return this.lookForCircle(isOver);
    return isOver ? this.blame() : undefined;
  }

  private forget(): void {
    this.beaten.fill(0);
    this.memories.clear();
  }

  /** Steps return, but no number changes: if the memory comes back to what it was, they go in a circle. */
  private lookForCircle(isOver: boolean): Error | undefined {
    const stuck = isOver ? this.stuckStep() : undefined;
    if (stuck !== undefined) return stuck;
    const started = this.now();
    if (started < this.nextMemory) return undefined;
    const memory = this.pulse.memory();
    const took = this.now() - started;
    this.nextMemory = started + took / MEMORY_SHARE;
    if (!isOver) {
      this.memories.add(memory);
      return undefined;
    }
    if (this.memories.has(memory)) return this.circle();
    // The steps compute with objects alone.
    this.patience.look(true);
    this.forget();
    return undefined;
  }

  private blame(): Error | undefined {
    const stuck = this.stuckStep();
    // A step that began a moment ago may not return: the next looks tell.
    if (stuck !== undefined || this.busy().length > 0) return stuck;
    return new MachineStuck(`nothing has moved for ${this.patience.seconds} s`, describeMachine(this.m));
  }

  /** A step that has not come back for most of the time. */
  private stuckStep(): Error | undefined {
    const stuck = this.busy().find(({ index }) => this.patience.spent - this.beaten[index] >= MOST_OF_THE_TIME);
    if (stuck === undefined) return undefined;
    return this.workloadError(`${this.nameStep(stuck.gp)} has not returned for ${this.patience.seconds} s; a step must do a little and return, so that the world can be stopped`);
  }

  /** The Ms that run a step, and wait for nothing in it. */
  private busy(): ReturnType<Stillness['running']> {
    return this.running().filter(({ mp }) => this.m[mp + M.at.wants] === 0 && this.m[mp + M.at.locks] === 0);
  }

  private circle(): Error {
    const runs = this.running().find(({ gp }) => this.m[gp + G.at.base] === PROGRAM_BASE);
    const who = runs === undefined ? 'goroutines go in a circle' : `goroutine ${this.m[runs.gp + G.at.id]} goes in a circle`;
    return this.workloadError(
      `${who}: for ${this.patience.seconds} s its steps have returned, but no number, slot, global or object has changed${runs === undefined ? '' : `; now it is at ${this.nameStep(runs.gp)}`}`,
    );
  }

  private workloadError(message: string): Error {
    const { module } = this.program;
    return new WorkloadError(module === undefined ? message : `workload module ${printable(module)}: ${message}`);
  }

  /** The Ms that run a step, and its goroutine. */
  private running(): { readonly mp: number; readonly gp: number; readonly index: number }[] {
    const { m } = this;
    const ms = this.map.regions.find(({ name }) => name === 'ms');
    return Array.from({ length: this.map.shape.procs }, (_, index) => {
      const mp = (ms?.start ?? 0) + index * M.words;
      return { mp, gp: m[mp + M.at.curg], index };
    }).filter(({ mp, gp }) => m[mp + M.at.phase] === PHASE.running && gp !== 0);
  }

  private nameStep(gp: number): string {
    const { m } = this;
    const pc = m[gp + G.at.pc];
    const name = this.program.names[m[gp + G.at.base] + pc] ?? '';
    return `step ${pc}${name === '' ? '' : ` (${printable(name, 60)})`} of goroutine ${m[gp + G.at.id]}`;
  }
}
