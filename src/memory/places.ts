/**
 * Where the declared records lie. A record in the static segment is placed by globalRecord
 * (segment.ts), any other by the functions of regions.ts; a record that is only a part of
 * others needs no place.
 */
import type { Ref } from './address.ts';
import type { Struct } from './struct.ts';

/** The last field of a record, when its length depends on the machine. */
export interface Tail {
  /** The field of Config that counts its parts. */
  readonly count: string;
  /** Words of one. */
  readonly each: number;
}

export type Place =
  /** `count` records in a row in a slot of the static segment. */
  | { readonly kind: 'segment'; readonly record: Struct; readonly slot: string; readonly at: Ref; readonly count: number }
  /** Records in a row in a region of the map; the fields of Config give its start, their number and their size. */
  | {
      readonly kind: 'region';
      readonly record: Struct;
      /** What one record is called: `M`, with a number behind it. */
      readonly label: string;
      readonly region: string;
      /** A field of Config, or a constant. */
      readonly count: string | number;
      /** A field of Config, if not the record's own size. */
      readonly words?: string;
      /** Records before the one with number 0. */
      readonly before: number;
    }
  /** Records in persistent memory, never freed, all on one list. */
  | {
      readonly kind: 'list';
      readonly record: Struct;
      readonly label: string;
      /** The word that names the first. */
      readonly head: Ref;
      /** Word offset of the link to the next; 0 in the link ends the list. */
      readonly link: number;
      readonly tail?: Tail;
    }
  /** Records without a place that the declarations alone tell: `where` describes it. */
  | { readonly kind: 'elsewhere'; readonly record: Struct; readonly where: string };

const PLACES = new Map<string, Place>();

/** Registers the place of `place.record`; the first one given counts. */
export function placeRecord(place: Place): void {
  if (!PLACES.has(place.record.name)) PLACES.set(place.record.name, place);
}

/** Returns the places given by the modules loaded so far. */
export function declaredPlaces(): readonly Place[] {
  return [...PLACES.values()];
}
