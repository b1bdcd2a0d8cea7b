/**
 * A protocol edge: a place in the core that an execution passes only if a protocol takes a
 * certain branch. A campaign counts the passes: an edge without passes was not explored.
 */
export interface Edge {
  /** For example "parfor: steal succeeded". */
  readonly name: string;
  readonly protocol: Protocol;
  /** From the root of the project: 'src/…'. */
  readonly file: string;
  /**
   * Source text that occurs exactly once in the file, with an @ at the edge:
   *
   * - before a statement that ends the text with its `;`: counted when the statement runs
   * - at the end of the text: counted there
   * - before an expression that ends the text: counted when the expression is false
   */
  readonly at: string;
}

export const PROTOCOLS = [
  'locks', 'lfstack', 'parfor', 'workbufs', 'marking', 'sweeping', 'mcentral', 'mheap', 'malloc',
  'finalizers', 'specials', 'world', 'scheduling', 'channels', 'cycle',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Returns the edges of one file, given as `[name, at]` pairs. */
export function edgesOf(protocol: Protocol, file: string, edges: readonly (readonly [name: string, at: string])[]): Edge[] {
  return edges.map(([name, at]) => ({ name: `${protocol}: ${name}`, protocol, file, at }));
}
