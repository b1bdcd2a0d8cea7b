/** The regions of the map, by their fields in Config, and the records placed in them. */
import type { Ref } from './address.ts';
import type { Config } from './config.ts';
import { placeRecord, type Tail } from './places.ts';
import type { Struct } from './struct.ts';

export type ConfigField = keyof typeof Config.at;

/** In the order of the map; a region without words begins where the next one does. */
export const REGIONS = [
  'gs', 'ms', 'ps', 'data', 'bss', 'cycleLog', 'collectStats', 'trace', 'events', 'typeTable', 'persistentStart',
  'workbufs', 'spans', 'spanMap', 'ptrBits', 'collectorData', 'hints', 'pageStates', 'spanQueues', 'arenaStart',
] as const satisfies readonly ConfigField[];

export type RegionName = (typeof REGIONS)[number];

export interface InRegion {
  /** What one record is called: `M`, with a number behind it. */
  readonly label: string;
  /** How many there are: a field of Config, or a constant. */
  readonly count: ConfigField | number;
  /** The field of Config that holds the words of one, if not as declared. */
  readonly words?: ConfigField;
  /** Records before the one with number 0; none by default. */
  readonly before?: number;
}

/** Declares that the records of shape `record` lie in a row from the start of `region`. */
export function inRegion(record: Struct, region: RegionName, { label, count, words, before = 0 }: InRegion): void {
  placeRecord({ kind: 'region', record, region, label, count, before, ...(words === undefined ? {} : { words }) });
}

/**
 * Declares that the records of shape `record` lie in persistent memory, all on one list.
 * @param head the word that names the first
 * @param link word offset of the link to the next
 * @param tail what its last field holds, if not as many as declared
 */
export function onList(record: Struct, label: string, head: Ref, link: number, tail?: Tail & { readonly count: ConfigField }): void {
  placeRecord({ kind: 'list', record, label, head, link, ...(tail === undefined ? {} : { tail }) });
}

/** Declares that the records of shape `record` lie `where`, which the declarations alone can't tell. */
export function elsewhere(record: Struct, where: string): void {
  placeRecord({ kind: 'elsewhere', record, where });
}
