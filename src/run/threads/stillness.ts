/**
 * Detects a machine without progress, and names the cause.
 *
 * 1. Each check compares the checksum of Pulse.work with the last. A change is progress. For a built-in workload, so is
 *    a step: its steps are known to end.
 * 2. If a user's steps return but the checksum stays the same for half of the limit, checksums of the whole memory are
 *    collected. If one repeats at the limit, the goroutines loop.
 * 3. If no step returns, the step that runs longest is the cause. If no step runs, the machine hangs.
 */
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

/** The largest share of the time for checksums of the whole memory. */
const MEMORY_SHARE = 0.1;
/** The share of the limit that a step must have run to be the cause. */
const MOST_OF_THE_TIME = 0.75;

/** The program of a machine, for messages. */
export interface ProgramText {
  /** Names of the steps of the text segment. */
  readonly names: readonly string[];
  /** Path of the user's module; undefined for a built-in workload. */
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
  /** For each M, the share of the limit that had passed at its last heartbeat. */
  private readonly beaten: number[];
  /** Checksums of the memory since the last progress. */
  private readonly memories = new Set<number>();
  /** Earliest time of the next checksum of the memory, ns. */
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
   * Checks once.
   * @param moved whether the caller saw progress that the memory does not show
   * @returns the error to end the machine with; undefined while there is progress
   */
  look(moved = false): Error | undefined {
    const work = this.pulse.work();
    const beats = this.pulse.beats();
    // Built-in workloads are known to end: their steps alone are progress.
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

  /** Steps return, but the checksum is constant: if the memory repeats an earlier state, the goroutines loop. */
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
    // The steps change objects only.
    this.patience.look(true);
    this.forget();
    return undefined;
  }

  private blame(): Error | undefined {
    const stuck = this.stuckStep();
    // A step that began a moment ago may still return: the next checks decide.
    if (stuck !== undefined || this.busy().length > 0) return stuck;
    return new MachineStuck(`nothing has moved for ${this.patience.seconds} s`, describeMachine(this.m));
  }

  /** Returns the error for a step that has run for MOST_OF_THE_TIME of the limit. */
  private stuckStep(): Error | undefined {
    const stuck = this.busy().find(({ index }) => this.patience.spent - this.beaten[index] >= MOST_OF_THE_TIME);
    if (stuck === undefined) return undefined;
    return this.workloadError(`${this.nameStep(stuck.gp)} has not returned for ${this.patience.seconds} s; a step must do a little and return, so that the world can be stopped`);
  }

  /** Returns the Ms that run a step and don't wait in it. */
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

  /** Returns the Ms that run a step, with its goroutine. */
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
