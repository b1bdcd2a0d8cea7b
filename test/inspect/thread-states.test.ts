/** The states of threads, read from their phases and locks. */
import { describe, expect, it } from 'vitest';
import { M, PHASE, mAt } from '../../src/machine/m.ts';
import { threadStates } from '../../src/inspect/thread-states.ts';
import { bootCore } from '../support/core-machine.ts';

describe('the states of threads', () => {
  it('are those of each phase, and waiting for a lock', () => {
    const { m } = bootCore({ procs: 4 });
    const phases = [PHASE.running, PHASE.markRoots, PHASE.getfull, PHASE.idle];
    phases.forEach((phase, i) => { m[mAt(m, i) + M.at.phase] = phase; });
    expect(threadStates(m)).toEqual(['mutator', 'marking', 'waiting', 'idle']);
    m[mAt(m, 0) + M.at.wants] = 1234;
    m[mAt(m, 1) + M.at.phase] = PHASE.collect;
    m[mAt(m, 2) + M.at.phase] = PHASE.sweep;
    m[mAt(m, 3) + M.at.phase] = 99;
    expect(threadStates(m)).toEqual(['waiting', 'collecting', 'sweeping', 'starting']);
  });

  it('has a name for each phase', () => {
    const { m } = bootCore({ procs: 1 });
    const names = Object.values(PHASE).map((phase) => {
      m[mAt(m, 0) + M.at.phase] = phase;
      return threadStates(m)[0];
    });
    expect(new Set(names)).toEqual(new Set(['starting', 'mutator', 'stopped', 'marking', 'waiting', 'sweeping', 'collecting', 'idle', 'finished']));
    expect(names.filter((name) => name === 'starting')).toHaveLength(1);
  });
});
