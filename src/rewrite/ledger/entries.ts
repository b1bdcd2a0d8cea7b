/** The entries of the ledger: functions, and the counts at their calls. */
import { FLAG_NOPROFILING, FLAG_NOSCAN, TINY_FLAGS } from '../../malloc/flags.ts';
import { COLUMN, SIZES } from './columns.ts';

export interface Entry {
  /** From the root of the project: 'src/…'. */
  readonly file: string;
  /** Name of the function; it is declared once in the file. */
  readonly name: string;
  /** The parameters that `count` names; the build fails if one is renamed. */
  readonly params: readonly string[];
  /** Count after this statement, so that counts follow the order of a lock. By default, and if the function lacks the statement, count at entry. */
  readonly after?: string;
  /** Statements that count in `$ledger`; `$class` maps a size in eighths to its class. */
  readonly count: string;
}

function add(column: number, amount = '1'): string {
  return `$ledger[${column}] += ${amount};`;
}

/** Moves count `from` to `to`: adds it, or replaces `to`. */
function move(from: number, to: number, isAdded: boolean): string {
  return `$ledger[${to}] ${isAdded ? '+=' : '='} $ledger[${from}]; $ledger[${from}] = 0;`;
}

const { maxSmall, maxTiny, page } = SIZES;
const IS_TINY = `size <= ${maxTiny} && (flags & ${TINY_FLAGS}) === ${FLAG_NOSCAN}`;

/** The profiler moves its counts between stages under this lock. */
const after = 'lock(m, mp, PROFLOCK);';

export const ENTRIES: readonly Entry[] = [
  {
    file: 'src/malloc/malloc.ts',
    name: 'mallocgc',
    params: ['size', 'flags'],
    count: [
      `if (size > ${maxSmall}) { ${add(COLUMN.large)} ${add(COLUMN.largeBytes, `Math.ceil(size / ${page}) * ${page}`)} }`,
      `else if (size > 0 && !(${IS_TINY})) ${add(COLUMN.small).replace(']', ' + $class[(size + 7) >> 3]]')}`,
      `if (size > 0 && (flags & ${FLAG_NOPROFILING}) !== 0) ${add(COLUMN.unprofiled)}`,
    ].join(' '),
  },
  { file: 'src/malloc/malloc.ts', name: 'mallocTiny', params: [], count: add(COLUMN.tiny) },
  { file: 'src/malloc/lookup.ts', name: 'mlookup', params: [], count: add(COLUMN.lookups) },
  { file: 'src/malloc/free.ts', name: 'free', params: [], after: 'enterMalloc(m, mp);', count: add(COLUMN.freed) },
  { file: 'src/runtime/gc.ts', name: 'beginCycle', params: [], count: add(COLUMN.cycles) },
  { file: 'src/gc/collectors/concurrent/collector.ts', name: 'dropWork', params: [], count: add(COLUMN.cycles, '-1') },
  { file: 'src/malloc/finq.ts', name: 'queuefinalizer', params: [], count: add(COLUMN.queued) },
  { file: 'src/runtime/system.ts', name: 'runfinq', params: [], count: add(COLUMN.finqLooks) },
  { file: 'src/runtime/system.ts', name: 'runFinalizer', params: [], count: add(COLUMN.ran) },
  { file: 'src/malloc/buckets.ts', name: 'countMalloc', params: [], after, count: add(COLUMN.recentAllocs) },
  {
    file: 'src/malloc/buckets.ts',
    name: 'mprofFree',
    params: ['explicitly'],
    after,
    count: `if (explicitly) ${add(COLUMN.recentFrees)} else ${add(COLUMN.prevFrees)}`,
  },
  {
    file: 'src/malloc/buckets.ts',
    name: 'mprofGC',
    params: [],
    after,
    count: [
      move(COLUMN.prevAllocs, COLUMN.allocs, true),
      move(COLUMN.prevFrees, COLUMN.frees, true),
      move(COLUMN.recentAllocs, COLUMN.prevAllocs, false),
      move(COLUMN.recentFrees, COLUMN.prevFrees, false),
    ].join(' '),
  },
  { file: 'src/gc/work.ts', name: 'splitWorkbuf', params: ['nobj'], count: `${add(COLUMN.handoffs)} ${add(COLUMN.handoffObjects, '(nobj >> 1)')}` },
  { file: 'src/malloc/sweep.ts', name: 'sweepSpan', params: [], count: add(COLUMN.swept) },
  { file: 'src/runtime/gc.ts', name: 'sweepFromHereOn', params: [], count: `$ledger[${COLUMN.swept}] = 0;` },
  { file: 'src/runtime/cycle-figures.ts', name: 'sumAndClearGCStats', params: [], count: `$ledger[${COLUMN.handoffs}] = 0; $ledger[${COLUMN.handoffObjects}] = 0;` },
];
