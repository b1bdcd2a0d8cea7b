/** What a mark would take if parts of its cost were different: as a table, in sentences, and in the JSON document. */
import { z } from 'zod';
import { median } from '../base/statistics.ts';
import { formatCount, formatNs, plural } from '../base/units.ts';
import type { Change } from '../model/what-if.ts';
import { compareSamples, type Comparison } from './scale-compare.ts';
import type { TimedRuns } from './scaling-laws.ts';
import { count, ns, text } from './schema.ts';
import { formatTable, type Column } from './table.ts';

/** Predicted times with one number of threads, of several schedules each. */
export interface WhatIf {
  readonly now: TimedRuns;
  /** One element for each question, with the changes made at once. All numbers of threads have the same questions, in the same order. */
  readonly changed: readonly { readonly changes: readonly Change[]; readonly times: TimedRuns }[];
}

export const WhatIfShape = z.object({
  procs: count.positive(),
  /** Predicted times without changes, one for each schedule. */
  ns: z.array(ns),
  /** `change` is that of the median: -0.1 is 10 % shorter. `p` is of the U test. */
  changed: z.array(z.object({
    changes: z.array(z.object({ part: text, factor: z.number().nonnegative() })),
    ns: z.array(ns), change: z.number(), p: z.number().min(0).max(1), isSignificant: z.boolean(),
  })),
});

/** Returns "miss × 0.7, cas × 0.8". */
export function describeChanges(changes: readonly Change[]): string {
  return changes.map(({ part, factor }) => `${part} × ${factor}`).join(', ');
}

/** Returns the head, a row with the times as they are, and a row of relative changes for each question. One that may be chance is "~". */
export function formatWhatIf(answers: readonly WhatIf[], width?: number): string[] {
  const columns: Column[] = [{ head: 'what if, by threads', align: 'left' }, ...answers.map(({ now }) => ({ head: formatCount(now.procs), align: 'right' as const }))];
  return formatTable(columns, [
    ['as it is', ...answers.map(({ now }) => formatNs(median(now.ns)))],
    ...answers[0].changed.map(({ changes }, i) => [
      changes.length > 1 ? 'all of them' : describeChanges(changes),
      ...answers.map((answer) => formatChange(comparisonOf(answer, i))),
    ]),
  ], width);
}

/** Returns the sentence on the change that saves most with the largest number of threads. */
export function explainWhatIf(answers: readonly WhatIf[]): string[] {
  const last = answers[answers.length - 1];
  const threads = plural(last.now.procs, 'thread');
  const saving = last.changed.map(({ changes }, i) => ({ changes, ...comparisonOf(last, i) })).filter(({ changes, change, isSignificant }) => changes.length === 1 && isSignificant && change < 0);
  if (saving.length === 0) return [`No single change saves time with ${threads} beyond the differences between schedules.`];
  const best = saving.reduce((a, b) => (b.change < a.change ? b : a));
  return [`${describeChanges(best.changes)} saves ${percent(-best.change)} with ${threads}${last.changed.length > 1 ? ', the most of all' : ''}.`];
}

/** Returns the fields of `answer` in the document. */
export function whatIfFields(answer: WhatIf): z.infer<typeof WhatIfShape> {
  const { now, changed } = answer;
  return {
    procs: now.procs,
    ns: [...now.ns],
    changed: changed.map(({ changes, times }, i) => {
      const { change, p, isSignificant } = comparisonOf(answer, i);
      return { changes: changes.map((each) => ({ ...each })), ns: [...times.ns], change, p, isSignificant };
    }),
  };
}

function comparisonOf({ now, changed }: WhatIf, i: number): Comparison {
  return compareSamples(now.procs, now.ns, changed[i].times.ns);
}

function formatChange({ change, isSignificant }: Comparison): string {
  return isSignificant ? `${change < 0 ? '' : '+'}${percent(change)}` : '~';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
