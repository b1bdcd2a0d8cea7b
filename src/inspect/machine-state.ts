/** The state of every P in words, for reports of hangs and dead workers. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { G, WAIT_REASONS, gAt } from '../machine/g.ts';
import { M, PHASES, mAt } from '../machine/m.ts';
import { P, pAt } from '../machine/p.ts';
import { SCHED, Sched, XGCWAITING, allglen } from '../machine/sched.ts';
import { Lock } from '../sync/lock.ts';
import { SWEEPGEN, XSWEEPDONE } from '../malloc/mheap.ts';
import { NPROC, XNWAIT } from '../gc/work.ts';
import { nameWord } from './name-word.ts';

const P_STATUS_NAMES = ['idle', 'running', 'in a system call', 'stopped', 'left'];
const G_STATUS_NAMES = ['idle', 'runnable', 'running', 'syscall', 'waiting', '', 'dead'];

/** The most Ps of a machine: a memory that a step has overwritten may count more. */
const MOST_PS = 64;

/** Returns a line for each P, then the state of the machine. A memory damaged by a user's step yields fewer lines. */
export function describeMachine(m: Mem): string {
  const parts = [() => Array.from({ length: nprocs(m) }, (_, i) => describeP(m, i)), () => [describeWorld(m)], () => describeGoroutines(m)];
  return parts.flatMap(orDamaged).join('\n');
}

function orDamaged(describe: () => string[]): string[] {
  try {
    return describe();
  } catch {
    return ['the memory of the machine is damaged'];
  }
}

function nprocs(m: Mem): number {
  const count = m[CONFIG + Config.at.nprocs];
  return count >= 0 && count <= MOST_PS ? count : 0;
}

function describeP(m: Mem, i: number): string {
  const mp = mAt(m, i);
  const gp = m[mp + M.at.curg];
  const parts = [
    `P${i} ${P_STATUS_NAMES[Atomics.load(m, pAt(m, i) + P.at.xstatus)]}`,
    `M ${PHASES[m[mp + M.at.phase]] ?? '?'}`,
  ];
  if (gp !== 0) parts.push(`goroutine ${m[gp + G.at.id]} at step ${m[gp + G.at.pc]}`);
  if (m[mp + M.at.holds] !== 0) parts.push(`holds ${nameWord(m, m[mp + M.at.holds])}`);
  if (m[mp + M.at.wants] !== 0) parts.push(`waits for ${nameLock(m, m[mp + M.at.wants])}`);
  if (m[mp + M.at.locks] !== 0) parts.push(`locks=${m[mp + M.at.locks]}`);
  if (m[mp + M.at.helpgc] !== 0) parts.push(`helpgc=${m[mp + M.at.helpgc]}`);
  return parts.join(', ');
}

function describeWorld(m: Mem): string {
  return [
    `world ${Atomics.load(m, XGCWAITING) !== 0 ? `stopping, stopwait=${m[SCHED + Sched.at.stopwait]}` : 'running'}`,
    `sweepgen=${m[SWEEPGEN]} sweepdone=${Atomics.load(m, XSWEEPDONE)}`,
    `marking ${m[NPROC]} threads, ${Atomics.load(m, XNWAIT)} waiting`,
    `runq=${m[SCHED + Sched.at.runqsize]} spinning=${Atomics.load(m, SCHED + Sched.at.xnmspinning)} idle=${Atomics.load(m, SCHED + Sched.at.xnpidle)}`,
  ].join('; ');
}

const MOST_GOROUTINES = 16;

function describeGoroutines(m: Mem): string[] {
  const lines: string[] = [];
  const made = Math.min(allglen(m), m[CONFIG + Config.at.maxGs], (m.length - m[CONFIG + Config.at.gs]) / G.words);
  for (let i = 0; i < made && lines.length < MOST_GOROUTINES; i++) {
    const gp = gAt(m, i);
    const status = Atomics.load(m, gp + G.at.xstatus);
    if (G_STATUS_NAMES[status] === 'dead') continue;
    const reason = WAIT_REASONS[m[gp + G.at.waitreason]];
    lines.push(
      `goroutine ${m[gp + G.at.id]}${m[gp + G.at.issystem] !== 0 ? ' (system)' : ''} ${G_STATUS_NAMES[status]}${reason ? ` [${reason}]` : ''}, step ${m[gp + G.at.pc]}`,
    );
  }
  return lines;
}

function nameLock(m: Mem, at: Ref): string {
  const owner = m[at + Lock.at.owner];
  const holder = Array.from({ length: nprocs(m) }, (_, i) => i).find((i) => mAt(m, i) === owner);
  return holder === undefined ? nameWord(m, at) : `${nameWord(m, at)} (held by M${holder})`;
}
