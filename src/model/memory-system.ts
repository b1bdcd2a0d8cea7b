/**
 * The memory beyond the cores' own caches: the third cache and the memory of each socket, and the links between sockets.
 *
 * 1. A line in the socket's third cache comes from there.
 * 2. Otherwise it comes from its home's memory. Pages are spread over the sockets in use, as if threads of each had allocated them.
 * 3. A line from another socket takes longer, and passes the link of the receiving socket.
 * 4. Each memory and each link serves one line at a time.
 *
 * Invariant: a line that a core of another socket has written since is in no third cache of this socket.
 */
import { LINE_BYTES, PAGE_LINES_SHIFT } from './line.ts';
import { missNs, type MachineModel } from './machine-model.ts';
import type { Placement } from './placement.ts';
import { SetAssociative } from './set-associative.ts';

export class MemorySystem {
  /** Latency of a line from the third cache. */
  readonly nearNs: number;
  readonly #l3: SetAssociative | undefined;
  readonly #sockets: number;
  readonly #missNs: number;
  readonly #remoteNs: number;
  /** Time that a line occupies a memory, and a link. */
  readonly #lineNs: number;
  readonly #linkNs: number;
  /** By socket: the time at which its memory, and its link, is free. */
  readonly #memoryFree: Float64Array;
  readonly #linkFree: Float64Array;

  /** @param inUse bytes in use, for the cost of a miss */
  constructor(machine: MachineModel, { sockets }: Placement, inUse: number) {
    const { l3, link } = machine.topology ?? {};
    this.nearNs = l3?.ns ?? 0;
    this.#l3 = l3 === undefined ? undefined : new SetAssociative(sockets, l3.bytes / LINE_BYTES, l3.ways);
    this.#sockets = sockets;
    this.#missNs = missNs(machine, inUse);
    this.#remoteNs = link?.missNs ?? 0;
    this.#lineNs = occupancyNs(machine.bytesPerSecond);
    this.#linkNs = occupancyNs(link?.bytesPerSecond ?? null);
    this.#memoryFree = new Float64Array(sockets);
    this.#linkFree = new Float64Array(sockets);
  }

  /** Brings `line` into the third cache of `socket`. Reports whether it was there. */
  touch(socket: number, line: number): boolean {
    return this.#l3 !== undefined && this.#l3.touch(socket, line);
  }

  /** Removes `line`, which a core of `socket` writes, from the third caches of the other sockets. */
  claim(socket: number, line: number): void {
    if (this.#l3 === undefined || this.#sockets === 1) return;
    for (let other = 0; other < this.#sockets; other++) if (other !== socket) this.#l3.drop(other, line);
  }

  /** Returns the latency of `line` from memory, for a core of `socket`, without waiting. */
  latency(socket: number, line: number): number {
    return this.#homeOf(line) === socket ? this.#missNs : this.#missNs + this.#remoteNs;
  }

  /** Returns the time from `now` until the memory, and the link, begins to send `line` to `socket`. */
  wait(socket: number, line: number, now: number): number {
    if (this.#lineNs === 0 && this.#linkNs === 0) return 0;
    const home = this.#homeOf(line);
    let start = Math.max(now, this.#memoryFree[home]);
    if (home !== socket) {
      start = Math.max(start, this.#linkFree[socket]);
      this.#linkFree[socket] = start + this.#linkNs;
    }
    this.#memoryFree[home] = start + this.#lineNs;
    return start - now;
  }

  /** Lets a line that no access waits for take its part of the bandwidth. */
  occupy(socket: number, line: number): void {
    const home = this.#homeOf(line);
    this.#memoryFree[home] += this.#lineNs;
    if (home !== socket) this.#linkFree[socket] += this.#linkNs;
  }

  #homeOf(line: number): number {
    return this.#sockets === 1 ? 0 : (line >> PAGE_LINES_SHIFT) % this.#sockets;
  }
}

/** Returns the ns that a line takes. */
function occupancyNs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? 0 : (LINE_BYTES * 1e9) / bytesPerSecond;
}
