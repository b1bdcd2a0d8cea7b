/**
 * A protocol edge: a place in the core that executions come by only when a protocol takes a
 * certain turn. A campaign counts them: what was never passed was not explored.
 */
export interface Edge {
  /** "parfor: steal succeeded". */
  readonly name: string;
  readonly protocol: Protocol;
  /** From the root of the project: 'src/…'. */
  readonly file: string;
  /**
   * Source text that stands exactly once in the file, with an @ where the edge is:
   *
   * - before a statement, which ends the text with its `;`: counted when the statement is run
   * - at the end of the text: counted there
   * - before an expression, which ends the text: counted when that is false
   */
  readonly at: string;
}

export const PROTOCOLS = [
  'locks', 'lfstack', 'parfor', 'workbufs', 'marking', 'sweeping', 'mcentral', 'mheap', 'malloc',
  'finalizers', 'specials', 'world', 'scheduling', 'channels', 'cycle',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The edges of one file: `[name, at]` each. */
export function edgesOf(protocol: Protocol, file: string, edges: readonly (readonly [name: string, at: string])[]): Edge[] {
  return edges.map(([name, at]) => ({ name: `${protocol}: ${name}`, protocol, file, at }));
}
