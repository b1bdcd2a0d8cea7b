/** The places of threads on a machine's sockets, cores and hyper-threads. */
import type { MachineModel } from './machine-model.ts';
import { slowdown } from './topology.ts';

/**
 * The orders in which threads take places. Both use a core's second hyper-thread only when other cores have a thread.
 * compact: one socket's cores, its hyper-threads, then the next socket. scatter: a core of each socket in turn, then the hyper-threads.
 */
export const PINS = ['scatter', 'compact'] as const;
export type Pin = (typeof PINS)[number];

/** Cores and sockets are numbered in the order of their first thread: idle ones have no number. */
export interface Placement {
  readonly threads: number;
  readonly cores: number;
  readonly sockets: number;
  /** By thread: its core. */
  readonly coreOf: Uint8Array;
  /** By core: its socket. */
  readonly socketOf: Uint8Array;
}

/**
 * Places `threads` threads. If the machine has fewer hyper-threads, each socket gets further cores.
 * @param pin scatter, as Linux does without pinning, unless given
 */
export function placeThreads({ cores, topology }: Pick<MachineModel, 'cores' | 'topology'>, threads: number, pin: Pin = 'scatter'): Placement {
  const { sockets, threadsPerCore } = topology ?? { sockets: 1, threadsPerCore: 1 };
  const perSocket = Math.ceil(Math.max(cores, threads / threadsPerCore) / sockets);
  const coreOf = new Uint8Array(threads);
  const socketOf = new Uint8Array(threads);
  const coreNumbers = new Map<number, number>();
  const socketNumbers = new Map<number, number>();
  for (let thread = 0; thread < threads; thread++) {
    const [socket, core] = pin === 'compact' ? compactPlace(thread, perSocket, threadsPerCore) : scatteredPlace(thread, perSocket, sockets);
    coreOf[thread] = numberOf(coreNumbers, socket * perSocket + core);
    socketOf[coreOf[thread]] = numberOf(socketNumbers, socket);
  }
  return { threads, cores: coreNumbers.size, sockets: socketNumbers.size, coreOf, socketOf: socketOf.slice(0, coreNumbers.size) };
}

type Place = readonly [socket: number, core: number];

function compactPlace(thread: number, perSocket: number, threadsPerCore: number): Place {
  return [Math.floor(thread / (perSocket * threadsPerCore)), thread % perSocket];
}

function scatteredPlace(thread: number, perSocket: number, sockets: number): Place {
  return [thread % sockets, Math.floor(thread / sockets) % perSocket];
}

function numberOf(numbers: Map<number, number>, key: number): number {
  const known = numbers.get(key) ?? numbers.size;
  numbers.set(key, known);
  return known;
}

/** Reports whether `pin` makes a difference on the machine. */
export function canPin({ topology }: Pick<MachineModel, 'topology'>): boolean {
  return topology !== undefined && topology.sockets > 1;
}

/** Returns by core the factor by which its own times grow because of the other cores of its socket that work. */
export function slowdowns({ topology }: Pick<MachineModel, 'topology'>, { cores, socketOf }: Placement): Float64Array {
  const factors = new Float64Array(cores).fill(1);
  if (topology === undefined) return factors;
  const active = new Int32Array(topology.sockets);
  for (const socket of socketOf) active[socket]++;
  return factors.map((_, core) => slowdown(topology, active[socketOf[core]]));
}
