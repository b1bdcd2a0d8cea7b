/** The registry of monitors, by name: one line adds a monitor to every command, listing and test. */
import type { Control } from '../../rewrite/generated.ts';
import type { Monitor } from '../monitor.ts';
import type { OrdinaryControl } from '../ordinary/core.ts';
import { OrdinaryRaces } from '../ordinary/races.ts';
import type { Site } from '../../rewrite/sites.ts';
import { Books } from './books.ts';
import { Guards } from './guards.ts';
import { Liveness } from './liveness.ts';
import { LockOrder } from './lock-order.ts';
import { Quarantine } from './quarantine.ts';
import { makeRaceDetector } from './races.ts';
import { Report } from './report.ts';
import { SpanOwners } from './span-owners.ts';
import { Waiting } from './waiting.ts';
import { WorkbufOwners } from './workbuf-owners.ts';

type Make = (books: Books, report: Report, sites: readonly Site[]) => Monitor;

/** The race detector does not need the books: it has clocks, and a shadow of every word. */
export const RACES = 'races';

/** The monitors that must see an access before the books do. */
const BEFORE: Readonly<Record<string, Make>> = {
  'lock-order': (books, report) => new LockOrder(books, report),
};
/** The monitors that see an access after the books. */
const AFTER: Readonly<Record<string, Make>> = {
  guards: (books, report, sites) => new Guards(books, report, sites),
  'span-owners': (books, report, sites) => new SpanOwners(books, report, sites),
  'workbuf-owners': (_books, report, sites) => new WorkbufOwners(report, sites),
  quarantine: (books, report, sites) => new Quarantine(books, report, sites),
  waiting: (books, report, sites) => new Waiting(books, report, sites),
  liveness: (_books, report) => new Liveness(report),
};

export const MONITOR_NAMES: readonly string[] = [RACES, ...Object.keys(BEFORE), ...Object.keys(AFTER)];

/**
 * Makes the monitors called `which`, in the order in which the scheduler must call them. All but the race
 * detector watch the core's records. Ordinary code has none.
 * @param core the hooked variant, with its `sites`
 * @param names names of the threads
 * @throws Error for an unknown name
 */
export function makeMonitors(core: Control, sites: readonly Site[], which: readonly string[], names?: readonly string[]): readonly Monitor[] {
  const unknown = which.find((name) => !MONITOR_NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`no monitor is called ${unknown}; there are ${MONITOR_NAMES.join(', ')}`);
  if (core.$isOrdinary) return which.includes(RACES) ? racesOf(core as OrdinaryControl, sites) : [];
  const races = which.includes(RACES) ? [makeRaceDetector(core, sites, names)] : [];
  if (which.every((name) => name === RACES)) return races;
  const report = new Report(core, sites);
  const books = new Books(sites, report);
  const make = (makers: Readonly<Record<string, Make>>) => which.filter((name) => name in makers).map((name) => makers[name](books, report, sites));
  return [...races, ...make(BEFORE), books, ...make(AFTER)];
}

/** Returns the race detector of ordinary code; none if the scenario has one already. */
function racesOf(core: OrdinaryControl, sites: readonly Site[]): readonly Monitor[] {
  return core.$about.watchesRaces ? [] : [new OrdinaryRaces(core, sites)];
}
