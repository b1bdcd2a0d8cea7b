/**
 * A naive importer of Go dumps: all in memory, big integers, a map from every word of the heap to its
 * object. For sound files only.
 */
import type { HeapImage } from '../../../src/workloads/heaps/image.ts';

type Fields = [kind: number, offset: bigint][];
interface Region { words: Buffer; fields: Fields }
interface Obj extends Region { addr: bigint; type: bigint; layout: bigint }

export interface NaiveImage extends HeapImage {
  readonly outside: number;
  readonly rootsInside: number;
  readonly rootsOutside: number;
  /** Number of fields outside their frame or segment. */
  readonly fieldsOutside: number;
}

/** Reads a dump. @param grain a divisor of every object's address and size */
export function naiveGoImage(file: Buffer, name: string, grain = 1): NaiveImage {
  let at = file.indexOf('\n') + 1;
  const minor = Number(file.subarray(4, file.indexOf(' ')).toString());
  const u = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = file[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const us = (n: number): bigint[] => Array.from({ length: n }, u);
  const s = (): Buffer => {
    const length = Number(u());
    return file.subarray(at, (at += length));
  };
  const fl = (): Fields => {
    const list: Fields = [];
    for (let kind = u(); kind !== 0n; kind = u()) list.push([Number(kind), u()]);
    return list;
  };

  /** Returns the start of the next itab of the type. */
  const itabOf = (address: Buffer): number => {
    for (let start = file.indexOf(8, at + 1); ; start = file.indexOf(8, start + 1)) {
      if (file[start - 1] > 1) continue;
      let end = start + 1;
      while (file[end] > 127) end++;
      if (file.subarray(end + 1, end + 1 + address.length).equals(address)) return start;
    }
  };

  const objects: Obj[] = [];
  const types = new Map<bigint, { size: bigint; holds: boolean; fields: Fields }>();
  const itabs = new Map<bigint, bigint>();
  const regions: Region[] = [];
  const single: bigint[] = [];
  const finalizable: bigint[] = [];
  let [big, p, header] = [false, 8, 0n];
  for (let tag = u(); tag !== 0n; tag = u()) {
    switch (Number(tag)) {
      case 1: {
        const addr = u();
        const [type, layout] = minor === 3 ? us(2) : [0n, 0n];
        objects.push({ addr, type, layout, words: s(), fields: minor === 3 ? [] : fl() });
        break;
      }
      case 2: s(); single.push(u()); break;
      case 3: {
        const start = at;
        const addr = u();
        const address = file.subarray(start, at);
        const size = u();
        const name = at;
        // Go 1.5 writes memory in place of some names. An itab of the type follows.
        if (u() > 1_000_000n && minor === 5) at = itabOf(address) - 1;
        else {
          at = name;
          s();
        }
        const type = { size, holds: u() === 1n, fields: minor === 3 ? fl() : [] };
        if (!types.has(addr)) types.set(addr, type);
        break;
      }
      case 4: {
        single.push(u());
        us(7);
        s();
        const [context, , deferred, panicking] = us(4);
        single.push(context, deferred, panicking);
        break;
      }
      case 5: {
        us(3);
        const words = s();
        us(3);
        s();
        regions.push({ words, fields: fl() });
        break;
      }
      case 6:
        big = u() === 1n;
        p = Number(u());
        if (minor === 3) header = u();
        us(2);
        if (minor < 5) u();
        else {
          const start = at;
          if (u() < 0x30n) {
            at = start;
            s();
          }
        }
        s();
        u();
        break;
      case 7: {
        const [object, fn] = us(5);
        finalizable.push(object);
        single.push(fn);
        break;
      }
      case 8: {
        const [addr, type] = us(2);
        if (!itabs.has(addr)) itabs.set(addr, type);
        if (minor > 3) single.push(type);
        break;
      }
      case 9: us(3); break;
      case 10: us(24 + 256 + 1); break;
      case 11: { const r = us(5); single.push(r[0], r[1], r[3], r[4]); break; }
      case 12:
      case 13: u(); regions.push({ words: s(), fields: fl() }); break;
      case 14: { const r = us(7); single.push(r[0], r[4], r[6]); break; }
      case 15: { const r = us(6); single.push(r[0], r[3], r[4], r[5]); break; }
      case 16: {
        us(2);
        for (let n = u(); n > 0n; n--) { s(); s(); u(); }
        us(2);
        break;
      }
      case 17: us(2); break;
      default: throw new Error(`tag ${tag}`);
    }
  }

  const word = (b: Buffer, o: number): bigint =>
    p === 4 ? BigInt(big ? b.readUInt32BE(o) : b.readUInt32LE(o)) : big ? b.readBigUInt64BE(o) : b.readBigUInt64LE(o);
  const [IFACE, EFACE] = minor === 3 ? [4, 5] : minor === 4 ? [2, 3] : [-1, -1];
  let fieldsOutside = 0;
  const targetsOf = ({ words, fields }: Region): bigint[] => {
    const found: bigint[] = [];
    for (const [kind, offset] of fields) {
      const size = kind === IFACE || kind === EFACE || (minor === 3 && kind === 2) ? 2 : minor === 3 && kind === 3 ? 3 : 1;
      if (Number(offset) + size * p > words.length) {
        fieldsOutside++; // arguments of a goroutine's first function
        continue;
      }
      const first = word(words, Number(offset));
      if (kind !== IFACE && kind !== EFACE) {
        found.push(first);
        continue;
      }
      if (first === 0n) continue;
      const itab = itabs.get(first);
      const holds = kind === EFACE ? types.get(first)?.holds : minor === 3 ? itab === undefined || itab === 1n : itab === undefined || types.get(itab)?.holds;
      if (holds !== false) found.push(word(words, Number(offset) + p));
    }
    return found.filter((address) => address !== 0n);
  };
  const layoutOf = ({ type, layout, words }: Obj): Fields => {
    if (layout === 127n) return Array.from({ length: Math.floor(words.length / p) }, (_, i) => [1, BigInt(i * p)]);
    const t = types.get(type);
    if (t === undefined) return [];
    const fields: Fields = [];
    const from = layout === 2n ? header : 0n;
    const end = layout === 0n ? t.size : BigInt(words.length);
    if (t.fields.length === 0) return [];
    for (let o = from; o + t.size <= end; o += t.size) for (const [kind, offset] of t.fields) fields.push([kind, o + offset]);
    return fields;
  };
  if (minor === 3) for (const object of objects) object.fields = layoutOf(object);

  objects.sort((a, b) => (a.addr < b.addr ? -1 : 1));
  const owner = new Map<number, number>();
  objects.forEach(({ addr, words }, i) => {
    for (let o = 0; o < words.length; o += grain) owner.set((Number(addr) + o) / grain, i);
  });
  const find = (address: bigint): number => owner.get(Math.floor(Number(address) / grain)) ?? -1;

  const edges = objects.map((object) => targetsOf(object).map(find));
  const inside = edges.map((list) => list.filter((i) => i >= 0));
  const firstEdge = [0];
  for (const list of inside) firstEdge.push(firstEdge[firstEdge.length - 1] + list.length);
  const rootPointers = [...regions.flatMap(targetsOf), ...single.filter((address) => address !== 0n)].map(find);
  const rootsInside = rootPointers.filter((i) => i >= 0);
  const behindFinalizers = finalizable.flatMap((address) => inside[find(address)] ?? []);
  return {
    name,
    objects: objects.length,
    edges: inside.flat().length,
    bytes: objects.reduce((sum, { words }) => sum + words.length, 0),
    sizes: Uint32Array.from(objects, ({ words }) => words.length),
    firstEdge: Uint32Array.from(firstEdge),
    targets: Uint32Array.from(inside.flat()),
    roots: Uint32Array.from([...new Set([...rootsInside, ...behindFinalizers])].sort((a, b) => a - b)),
    outside: edges.flat().length - inside.flat().length,
    rootsInside: rootsInside.length,
    rootsOutside: rootPointers.length - rootsInside.length,
    fieldsOutside,
  };
}
