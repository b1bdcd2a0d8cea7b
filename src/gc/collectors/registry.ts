/**
 * The collectors. To add one, write its descriptor in a folder beside this file and list it here:
 * `--collector`, its help and checks, the library's option, the explored scenarios and the docs
 * follow from this list. See docs/tutorial-collector.md.
 */
import { installHooks } from '../../heap/collector-hooks.ts';
import type { Collector } from './descriptor.ts';
import { bitmap } from './bitmap/collector.ts';
import { concurrent } from './concurrent/collector.ts';
import { parallel } from './parallel/collector.ts';
import { refword } from './refword/collector.ts';

/** By number; the first is the default. Numbers are kept in recorded schedules, so append. */
const REGISTERED = [parallel, bitmap, refword, concurrent] as const;

export const COLLECTORS: readonly Collector[] = REGISTERED;

export type CollectorName = (typeof REGISTERED)[number]['name'];

/** The number of each collector by name, as the word `collector` of the machine holds it. */
export const COLLECTOR = Object.fromEntries(COLLECTORS.map(({ name }, id) => [name, id])) as Readonly<Record<CollectorName, number>>;

/** The collector called `name`. */
export function collectorNamed(name: CollectorName): Collector {
  return COLLECTORS[COLLECTOR[name]];
}

for (const [id, collector] of COLLECTORS.entries()) installHooks(id, collector);
