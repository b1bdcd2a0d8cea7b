/** A producer and a consumer: the numbers must come out in the order in which they went in. */
import type { RingBuffer } from './ring-buffer.ts';

const VALUES = [0.5, 1.5, 2.5];

export function ringBufferScenario(make: () => RingBuffer) {
  function produce(ring: RingBuffer): void {
    for (const value of VALUES) ring.push(value);
  }

  function consume(ring: RingBuffer): number[] {
    const taken: number[] = [];
    for (let tries = 0; tries < 4; tries++) {
      const value = ring.shift();
      if (value !== undefined) taken.push(value);
    }
    return taken;
  }

  return {
    setup: make,
    threads: [produce, consume],
    check(ring: RingBuffer, [, taken]: [void, number[]]): string {
      const all = [...taken, ring.shift(), ring.shift(), ring.shift()].filter((value) => value !== undefined);
      return String(all) === String(VALUES) ? '' : `${VALUES} went in, and ${all} came out`;
    },
  };
}
