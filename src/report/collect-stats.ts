/** The lines that Go's collector prints after that of gctrace if it is built with CollectStats. */
import type { Cycle } from '../gc/cycle-log.ts';

/** Go prints the opcodes of its types and two opcodes of the collector. */
const OPCODES = 14;

/** Returns the lines; none without --godebug collectstats. */
export function formatCollectStats({ collectStats: s }: Cycle): string[] {
  if (s === undefined) return [];
  const instr = s.instr.slice(0, OPCODES);
  return [
    `scan: ${s.nbytes} bytes, ${s.objCnt} objects, ${s.objNotype} untyped, ${s.objTypelookup} types from MSpan`,
    ...average('avg ptrbufsize', s.ptrSum, s.ptrCnt),
    ...average('avg nobj', s.objSum, s.objCnt),
    `rescans: ${s.rescan}, ${s.rescanbytes} bytes`,
    'instruction counts:',
    ...instr.map((n, i) => `\t${i}:\t${n}`),
    `\ttotal:\t${instr.reduce((a, b) => a + b, 0)}`,
    `putempty: ${s.putempty}, getfull: ${s.getfull}`,
    `markonly base lookup: bit ${s.markonlyFoundbit} word ${s.markonlyFoundword} span ${s.markonlyFoundspan}`,
    `flushptrbuf base lookup: bit ${s.flushptrbufFoundbit} word ${s.flushptrbufFoundword} span ${s.flushptrbufFoundspan}`,
  ];
}

function average(name: string, sum: number, count: number): string[] {
  return count === 0 ? [] : [`${name}: ${Math.floor(sum / count)} (${sum}/${count})`];
}
