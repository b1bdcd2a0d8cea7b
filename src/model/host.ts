/** Describes the machine that this process runs on. */
import { availableParallelism, cpus } from 'node:os';
import type { Host } from './machine-model.ts';

/** Returns the processor, the cores and the version of Node. */
export function thisHost(): Host {
  return { cpu: cpus()[0]?.model.trim() || 'unknown', cores: availableParallelism(), node: process.versions.node };
}

/** Major versions of Node compile the same source to different code. */
const majorOf = (version: string): string => version.split('.')[0];

/** Returns the difference between two machines in words: "another processor (…)"; undefined if they are the same. */
export function differenceOf(measured: Host, here: Host): string | undefined {
  if (measured.cpu !== here.cpu) return `another processor (${measured.cpu}, and this is ${here.cpu})`;
  if (measured.cores !== here.cores) return `${measured.cores} cores, and here are ${here.cores}`;
  if (majorOf(measured.node) !== majorOf(here.node)) return `Node ${measured.node}, and this is ${here.node}`;
  return undefined;
}
