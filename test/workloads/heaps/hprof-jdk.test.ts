import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HprofImage } from '../../../src/workloads/heaps/hprof.ts';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { openHeapFile } from '../../../src/workloads/heaps/open-heap.ts';
import { readableName } from '../../../src/workloads/heaps/hprof-names.ts';
import { collect } from '../../../src/workloads/collect.ts';
import { imageNeeds, loadImage } from '../../../src/workloads/load-image.ts';
import { runOnOneP } from '../../support/machine.ts';
import { reachable } from './reachable.ts';

const FOLDER = new URL('../../fixtures/java-dumps/', import.meta.url);

/** A line of `jmap -histo`: rank, instances, bytes, the JVM's name of the class, its module. */
const ROW = /^ *\d+: +(\d+) +(\d+) +(\S+)/;

describe('a heap of JDK 17', () => {
  let image: HprofImage;
  let histogram: Map<string, { objects: number; bytes: number }>;

  beforeAll(async () => {
    image = (await openHeapFile(fileURLToPath(new URL('jdk17-small.hprof.gz', FOLDER)))) as HprofImage;
    const rows = readFileSync(new URL('jdk17-small.histo', FOLDER), 'utf8').split('\n').map((line) => ROW.exec(line)).filter((row) => row !== null);
    histogram = new Map(rows.map(([, objects, bytes, name]) => [name.startsWith('[') ? readableName(name) : name, { objects: Number(objects), bytes: Number(bytes) }]));
  });

  it("has the objects and bytes of the JVM's histogram, class by class", () => {
    checkImage(image);
    expect(histogram.size).toBeGreaterThan(200);
    const found = new Map(image.classes.map(({ name, objects, bytes }) => [name, { objects, bytes }]));
    expect(found).toEqual(histogram);
    // The last line of the histogram.
    expect(image).toMatchObject({ objects: 10_657, bytes: 517_224, layout: { header: 12, reference: 4 }, notes: [] });
  });

  it('has the roots that VisualVM counts, and the classes of arrays', () => {
    const { systemClass = 0, ...others } = image.facts?.roots ?? {};
    expect(others).toEqual({ jniGlobal: 36, javaFrame: 17, thread: 8 });
    const stickyClasses = 614;
    const arraysOfTheJvm = 106;
    expect(systemClass).toBe(stickyClasses + arraysOfTheJvm);
  });

  it('has the instances that VisualVM counts, and the classes', () => {
    const instances = 9929;
    const classes = 728;
    expect(image.objects).toBe(instances + classes);
  });

  it('is reachable, except for objects that only the JVM holds', () => {
    // HotSpot writes no roots for archived strings, soft references and compiler threads.
    const alive = 10_424;
    expect(reachable(image)).toBe(alive);
    const { memstats } = runOnOneP(collect, { runs: 1 }, {
      arenaMB: imageNeeds(image).arenaBytes / 2 ** 20,
      build: (mem, m0) => void loadImage(mem, m0, image),
    });
    const sliceOfRoots = 1;
    expect(memstats.HeapObjects).toBe(alive + sliceOfRoots);
    expect(memstats.Frees).toBe(image.objects - alive);
  });
});
