/**
 * The entry modules of threads, and the bundles that the build makes of them: Node takes about half a millisecond to
 * load a module, a command has hundreds, and a machine may have 64 threads. Each bundle shares files only with those of
 * its folder: an M must not load what only commands need.
 */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../../base/root.ts';

const DIST = join(ROOT, 'dist');

/** The module of an M, as tsc emits it. */
export const WORKER = join(DIST, 'workers/m.js');
/** The module of a user module's thread. */
export const MODULE_WORKER = join(DIST, 'workers/module.js');
/** The module of a campaign's thread. */
export const EXPLORE_WORKER = join(DIST, 'workers/explore.js');
/** The module of a thread of a scenario that runs with real atomics. */
export const BATON_WORKER = join(DIST, 'workers/baton.js');
/** The module of a thread that measures the machine. */
export const CALIBRATE_WORKER = join(DIST, 'workers/calibrate.js');
/** The module of a thread of a litmus test. */
export const LITMUS_WORKER = join(DIST, 'workers/litmus.js');
/** The library. */
export const LIBRARY = join(DIST, 'src/index.js');
/** The library for tests of a user's own code. */
export const TEST_LIBRARY = join(DIST, 'src/explore-api/library.js');
/** The command: its main thread, and the thread that runs it. */
export const MAIN = join(DIST, 'src/cli/main.js');
export const COMMAND_THREAD = join(DIST, 'src/cli/thread.js');

/** A folder of files that share what they have in common. */
export interface Bundle {
  readonly folder: string;
  /** The modules that are bundled, each under its own name. */
  readonly entries: readonly string[];
  /** No whitespace, a fifth of the text. Otherwise lines keep their breaks: Node prints the line of an error that nothing catches. */
  readonly isDense: boolean;
}

export const BUNDLES: readonly Bundle[] = [
  { folder: join(DIST, 'bundles/machine'), entries: [WORKER, MODULE_WORKER], isDense: true },
  { folder: join(DIST, 'bundles/host'), entries: [LIBRARY, TEST_LIBRARY, MAIN, COMMAND_THREAD, EXPLORE_WORKER, BATON_WORKER, CALIBRATE_WORKER, LITMUS_WORKER], isDense: false },
];

/** Returns the path of the bundle of `entry`. */
export function bundleOf(entry: string): string {
  const { folder } = BUNDLES.find(({ entries }) => entries.includes(entry))!;
  return join(folder, basename(entry));
}

/** Returns the bundle, or the module itself if it has been compiled since. The package has only bundles. */
export function entryFile(entry: string, bundle = bundleOf(entry)): string {
  const made = statSync(bundle, { throwIfNoEntry: false });
  const compiled = statSync(entry, { throwIfNoEntry: false });
  return made !== undefined && (compiled === undefined || made.mtimeMs >= compiled.mtimeMs) ? bundle : entry;
}
