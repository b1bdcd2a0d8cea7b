/** Pauses and processor time from the gctrace lines of Go 1.6 and later. */

export interface GoTrace {
  /** Stopped worlds, ns. */
  readonly pauses: readonly number[];
  /** Processor time of collections without idle workers, ns. */
  readonly cpuNs: number;
}

/** `gc 3 @0.512s 0%: 0.018+1.2+0.10 ms clock, 0.036+0.12/0.32/9.9+0.20 ms cpu, …` */
const LINE = /^gc \d+ @\S+ \d+%: ([\d.]+)\+[\d.]+\+([\d.]+) ms clock, ([\d.]+)\+([\d.]+)\/([\d.]+)\/[\d.]+\+([\d.]+) ms cpu/gm;

export function readGoTrace(text: string): GoTrace {
  const pauses: number[] = [];
  let cpuMs = 0;
  for (const [, first, last, ...cpu] of text.matchAll(LINE)) {
    pauses.push(Number(first) * 1e6, Number(last) * 1e6);
    cpuMs += cpu.reduce((sum, each) => sum + Number(each), 0);
  }
  return { pauses, cpuNs: cpuMs * 1e6 };
}
