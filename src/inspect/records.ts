/**
 * Every declared record, and where the records lie on a machine. The imports below load all
 * declarations, so that the registries of memory/struct.ts and memory/places.ts are complete.
 */
import '../runtime/boot.ts';
import '../workloads/toolkit.ts';
import type { Ref } from '../memory/address.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { declaredPlaces, type Place } from '../memory/places.ts';
import { REGIONS, type RegionName } from '../memory/regions.ts';
import type { Mem, Struct } from '../memory/struct.ts';

/** `count` records of one shape in a row. */
export interface Row {
  readonly record: Struct;
  readonly at: Ref;
  readonly count: number;
  /** Words of one. */
  readonly words: number;
}

type InSegment = Place & { readonly kind: 'segment' };
type InRegion = Place & { readonly kind: 'region' };
type OnList = Place & { readonly kind: 'list' };

/** Returns the rows of the static segment, in no order. */
export function segmentPlaces(): readonly InSegment[] {
  return declaredPlaces().filter((place) => place.kind === 'segment');
}

/** Returns the rows that fill regions of the map. */
export function regionPlaces(): readonly InRegion[] {
  return declaredPlaces().filter((place) => place.kind === 'region');
}

/** Returns the records that are found along lists. */
export function listPlaces(): readonly OnList[] {
  return declaredPlaces().filter((place) => place.kind === 'list');
}

/** Returns the rows of the segment and of the regions on the machine in `m`. */
export function fixedRows(m: Mem): readonly Row[] {
  const global = segmentPlaces().map(({ record, at, count }) => ({ record, at, count, words: record.words }));
  // A memory without a machine has no regions.
  return hasRegions(m) ? [...global, ...regionPlaces().map((place) => regionRow(m, place))] : global;
}

/** Returns the row that `place` is on the machine in `m`. */
export function regionRow(m: Mem, { record, region, count, words, before }: InRegion): Row {
  const start = config(m, region);
  const each = words === undefined ? record.words : config(m, words);
  const declared = typeof count === 'number' ? count : config(m, count);
  // A region that this machine does not have holds none.
  const room = Math.floor((regionEnd(m, region as RegionName) - start) / each);
  return { record, at: start + before * each, count: Math.max(0, Math.min(declared, room) - before), words: each };
}

/** Returns the refs of the records on the list of `place`, the first one first. */
export function listedRefs(m: Mem, place: OnList): readonly Ref[] {
  const refs: Ref[] = [];
  const [from, to] = [config(m, 'persistentStart'), config(m, 'persistentEnd')];
  // A damaged list may be a circle, or point anywhere.
  const most = (to - from) / listedWords(m, place);
  for (let at = m[place.head]; at >= from && at < to && refs.length < most; at = m[at + place.link]) refs.push(at);
  return refs;
}

/** Returns the words of one record of the list of `place` on the machine in `m`. */
export function listedWords(m: Mem, { record, tail }: OnList): number {
  return tail === undefined ? record.words : record.at[Object.keys(record.fields).at(-1)!] + tail.each * config(m, tail.count);
}

/** Returns the region that the word at `at` lies in; undefined before the first and past the last. */
export function regionOf(m: Mem, at: Ref): RegionName | undefined {
  if (!hasRegions(m) || at >= config(m, 'arenaEnd')) return undefined;
  return REGIONS.findLast((name) => config(m, name) !== 0 && config(m, name) <= at);
}

function regionEnd(m: Mem, region: RegionName): Ref {
  return config(m, REGIONS[REGIONS.indexOf(region) + 1] ?? 'arenaEnd');
}

function hasRegions(m: Mem): boolean {
  return config(m, 'nprocs') > 0;
}

function config(m: Mem, field: string): number {
  return m[CONFIG + Config.at[field as keyof typeof Config.at]];
}
