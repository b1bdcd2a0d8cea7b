/** A naive importer of Java heap dumps: the whole file in memory, all tables are maps. */

interface NaiveClass { superclass: bigint; loader: bigint; types: number[]; referred: bigint[] }
interface NaiveObject { references: bigint[]; classId?: bigint; fields?: readonly [start: number, length: number] }

export interface NaiveHeap {
  /** By object, in the order of ids: the targets of its edges. */
  readonly edges: number[][];
  readonly roots: number[];
  readonly dangling: number;
}

const ROOT_BYTES: Readonly<Record<number, number | 'id'>> = {
  0x01: 'id', 0x02: 8, 0x03: 8, 0x04: 4, 0x05: 0, 0x06: 4, 0x07: 0, 0x08: 8, 0xff: 0, 0x89: 0, 0x8a: 0, 0x8b: 0, 0x8c: 0, 0x8d: 0, 0x8e: 8,
};
const OTHERS = [0x20, 0x21, 0x22, 0x23, 0xc3, 0x90, 0xfe];
const RECORDS = [1, 2, 3, 4, 5, 6, 7, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x1c, 0x2c];
const BYTES: Readonly<Record<number, number>> = { 4: 1, 5: 2, 6: 4, 7: 8, 8: 1, 9: 2, 10: 4, 11: 8 };

/** Reads a sound file in which all ids differ. */
export function naiveHprof(file: Buffer): NaiveHeap {
  let at = file.indexOf(0) + 1;
  const u = (bytes: number): number => file.readUIntBE((at += bytes) - bytes, bytes);
  const idBytes = u(4);
  at += 8;
  const id = (): bigint => BigInt(`0x${file.subarray(at, (at += idBytes)).toString('hex')}`);
  const texts = new Map<bigint, string>();
  const classNames = new Map<bigint, bigint>();
  const classes = new Map<bigint, NaiveClass>();
  const objects = new Map<bigint, NaiveObject>();
  const rootIds: bigint[] = [];
  const system = new Set<bigint>();
  let isInSegments = false;
  let isDone = false;

  const addObject = (objectId: bigint, object: NaiveObject): void => {
    if (!objects.has(objectId)) objects.set(objectId, object);
  };
  const value = (type: number, referred: bigint[]): void => {
    if (type === 2) referred.push(id());
    else at += BYTES[type];
  };
  const classDump = (): void => {
    const classId = id();
    at += 4;
    const referred = [id(), id(), id(), id()];
    const one: NaiveClass = { superclass: referred[0], loader: referred[1], types: [], referred };
    at += 2 * idBytes + 4;
    for (let n = u(2); n > 0; n--) { at += 2; value(u(1), referred); }
    for (let n = u(2); n > 0; n--) { at += idBytes; value(u(1), referred); }
    for (let n = u(2); n > 0; n--) { at += idBytes; one.types.push(u(1)); }
    if (classes.has(classId)) return;
    classes.set(classId, one);
    objects.set(classId, { references: referred });
  };
  const subrecord = (): void => {
    const tag = u(1);
    const more = ROOT_BYTES[tag];
    if (more !== undefined) {
      const objectId = id();
      at += more === 'id' ? idBytes : more;
      if (objectId !== 0n) rootIds.push(objectId);
      if (tag === 5 && objectId !== 0n) system.add(objectId);
    } else if (tag === 0x20) {
      classDump();
    } else if (tag === 0x21) {
      const [objectId] = [id(), (at += 4)];
      const classId = id();
      const length = u(4);
      addObject(objectId, { references: [], classId, fields: [at, length] });
      at += length;
    } else if (tag === 0x22) {
      const [objectId] = [id(), (at += 4)];
      const length = u(4);
      addObject(objectId, { classId: id(), references: Array.from({ length }, id) });
    } else if (tag === 0x23 || tag === 0xc3) {
      const [objectId] = [id(), (at += 4)];
      const length = u(4);
      const bytes = BYTES[u(1)];
      if (tag === 0x23) at += bytes * length;
      addObject(objectId, { references: [] });
    } else {
      at += (tag === 0xfe ? 4 : 0) + idBytes;
    }
  };
  const isSub = (tag: number): boolean => ROOT_BYTES[tag] !== undefined || OTHERS.includes(tag);
  const heapDump = (tag: number, start: number, length: number): void => {
    let end = start + length;
    for (;;) {
      while (at > end) end += 2 ** 32;
      if (at === file.length) return;
      const next = file[at];
      if (at < end && !isSub(next) && RECORDS.includes(next)) return;
      if (at === end) {
        if (!isSub(next) || (RECORDS.includes(next) && (at > start || tag === 0x1c))) return;
        end += 2 ** 32;
      }
      subrecord();
    }
  };
  while (at < file.length) {
    const tag = u(1);
    at += 4;
    const length = u(4);
    const end = at + length;
    if ((tag === 0x0c || tag === 0x1c) && !isDone) {
      heapDump(tag, at, length);
      isDone = tag === 0x0c;
      isInSegments = tag === 0x1c;
      continue;
    }
    if (tag === 0x01) texts.set(id(), file.subarray(at, end).toString());
    else if (tag === 0x02) classNames.set((at += 4, id()), (at += 4, id()));
    else if (tag === 0x2c && isInSegments) isDone = true;
    at = end;
  }
  return link();

  function link(): NaiveHeap {
    for (const { references, classId, fields } of objects.values()) {
      if (fields === undefined) continue;
      const [start, length] = fields;
      at = start;
      for (let one: bigint | undefined = classId; one !== undefined && one !== 0n; one = classes.get(one)?.superclass) {
        for (const type of classes.get(one)?.types ?? []) {
          if (type === 2 && at + idBytes <= start + length) references.push(id());
          else at += type === 2 ? idBytes : BYTES[type];
        }
      }
    }
    const named = [...classes].filter(([classId, { loader }]) => loader === 0n && (system.size === 0 || nameOf(classId).startsWith('[')));
    for (const [classId] of named) if (!system.has(classId)) { system.add(classId); rootIds.push(classId); }
    const ids = [...objects.keys()].sort((a, b) => (a < b ? -1 : 1));
    const rank = new Map(ids.map((one, i) => [one, i]));
    let dangling = 0;
    const edges = ids.map((one) => {
      const { references, classId } = objects.get(one) as NaiveObject;
      const found = references.filter((reference) => reference !== 0n).map((reference) => rank.get(reference) ?? -1);
      dangling += found.filter((target) => target === -1).length;
      const own = classId === undefined || system.has(classId) ? [] : [rank.get(classId)];
      const loaded = [...classes].filter(([, { loader }]) => loader === one).map(([loadedId]) => rank.get(loadedId));
      return [...found, ...own, ...loaded].filter((target) => target !== -1 && target !== undefined) as number[];
    });
    const roots = [...new Set(rootIds.map((one) => rank.get(one)).filter((one) => one !== undefined))].sort((a, b) => a - b);
    return { edges, roots, dangling };
  }
  function nameOf(classId: bigint): string {
    return texts.get(classNames.get(classId) ?? -1n) ?? '';
  }
}
