/** A memory profile for `go tool pprof`: profile.proto, gzipped. */
import { gzipSync } from 'node:zlib';
import { Function, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { MemProfile, ProfileFunction, ProfileRecord } from '../inspect/memprofile.ts';

/** In the order of Go's heap profiles. */
const SAMPLE_TYPES = [
  ['alloc_objects', 'count'], ['alloc_space', 'bytes'], ['inuse_objects', 'count'], ['inuse_space', 'bytes'],
] as const;
const DEFAULT_TYPE = 'inuse_space';

/** Returns the bytes of the file. @param timeMs time of the profile, Unix milliseconds */
export function pprofOf(profile: MemProfile, timeMs: number): Uint8Array {
  const strings = new StringTable();
  const functions = new Map<number, ProfileFunction>();
  for (const { stack } of profile.records) for (const one of stack) functions.set(one.address, one);
  const ids = new Map([...functions.keys()].map((address, i) => [address, i + 1]));
  const encoded = new Profile({
    stringTable: strings,
    sampleType: SAMPLE_TYPES.map(([type, unit]) => valueType(strings, type, unit)),
    sample: profile.records.map((record) => sampleOf(strings, record, profile.rate, ids)),
    location: [...functions.values()].map(({ address }) => {
      const id = ids.get(address)!;
      return new Location({ id, mappingId: 1, address, line: [new Line({ functionId: id })] });
    }),
    // Without a mapping, pprof looks for the program's binary.
    mapping: [new Mapping({ id: 1, memoryStart: 0, memoryLimit: 2 ** 32, filename: strings.dedup('sweepgen'), hasFunctions: true, hasFilenames: true })],
    function: [...functions.values()].map(({ address, name, file }) => {
      const text = strings.dedup(name);
      return new Function({ id: ids.get(address), name: text, systemName: text, filename: strings.dedup(file) });
    }),
    timeNanos: BigInt(Math.round(timeMs)) * 1_000_000n,
    periodType: valueType(strings, 'space', 'bytes'),
    period: profile.rate,
    defaultSampleType: strings.dedup(DEFAULT_TYPE),
  }).encode();
  return gzipSync(encoded);
}

function valueType(strings: StringTable, type: string, unit: string): ValueType {
  return new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
}

function sampleOf(strings: StringTable, record: ProfileRecord, rate: number, ids: ReadonlyMap<number, number>): Sample {
  const { bytes, allocs, frees } = record;
  const scale = scaleOf(bytes, rate);
  const allocObjects = Math.round(allocs * scale);
  const inuseObjects = Math.round((allocs - frees) * scale);
  return new Sample({
    locationId: record.stack.map(({ address }) => ids.get(address)!),
    value: [allocObjects, Math.round(allocs * bytes * scale), inuseObjects, Math.round((allocs - frees) * bytes * scale)],
    label: [{ key: strings.dedup('bytes'), num: bytes, numUnit: strings.dedup('bytes') }],
  });
}

/**
 * Returns the number of blocks that a sampled block of `bytes` bytes represents, by pprof's formula for heap
 * profiles. The formula assumes exponential gaps between samples. Here, as in Go 1.4, the gaps are
 * even, so a block size that is some share of the rate is overestimated by about half that share.
 */
export function scaleOf(bytes: number, rate: number): number {
  return rate <= 1 ? 1 : 1 / (1 - Math.exp(-bytes / rate));
}
