/** RingBuffer of ringbuf.js: bytes go in and come out in chunks, which wrap around. */
import { RingBuffer } from 'ringbuf.js';

export const summary = 'ringbuf.js: a ring buffer for one producer and one consumer';

const BYTES = [1, 2, 3, 4, 5, 6];

export const setup = () => new RingBuffer(RingBuffer.getStorageForCapacity(3, Uint8Array), Uint8Array);

export const threads = [
  function produce(ring: RingBuffer): void {
    for (let sent = 0, tries = 0; sent < BYTES.length && tries < 6; tries++) sent += ring.push(Uint8Array.from(BYTES.slice(sent, sent + 2)));
  },
  function consume(ring: RingBuffer): number[] {
    const received: number[] = [];
    // A loop: no other thread runs while a built-in such as flatMap calls back.
    for (const length of [1, 2, 2]) received.push(...receive(ring, length));
    return received;
  },
];

export function check(ring: RingBuffer, [, received]: [void, number[]]): string {
  const all = [...received, ...receive(ring, 3)];
  // The producer gives up if the buffer is full too often, so only the bytes that came out are compared.
  return String(all) === String(BYTES.slice(0, all.length)) ? '' : `${BYTES} went in, and ${all} came out`;
}

function receive(ring: RingBuffer, length: number): number[] {
  const bytes = new Uint8Array(length);
  return [...bytes.subarray(0, ring.pop(bytes))];
}
