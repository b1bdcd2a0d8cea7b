/** Go's own collector: bench/peers, built by one Go toolchain. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../src/base/root.ts';
import { nameOf, writeHeapFile, type Graph } from './heap-graph.ts';

export class GoPeer {
  /** Of the toolchain: "Go 1.19.8". */
  readonly version: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #heapFiles = new Map<Graph, string>();

  /**
   * Builds the program in `folder`.
   * @param go the go command, by name or by path
   * @throws if the toolchain can't build it
   */
  constructor(go: string, folder: string) {
    this.#folder = folder;
    this.version = execFileSync(go, ['version'], { encoding: 'utf8' }).replace(/^go version go(\S+).*\n/, 'Go $1');
    this.#program = join(folder, this.version.replace(' ', '-'));
    execFileSync(go, ['build', '-o', this.#program, '.'], { cwd: join(ROOT, 'bench/peers'), stdio: 'inherit' });
  }

  /** Returns the mark time of `graph`, in ms: the median of a process's collections. */
  markMs(graph: Graph, threads: number, collections: number): number {
    return this.#ask('mark', '-graphs', this.#argument(graph), '-threads', String(threads), '-gcs', String(collections));
  }

  /** Returns ns per object of 32 bytes, collections included. */
  churnNs(threads: number, objects: number): number {
    return this.#ask('churn', '-threads', String(threads), '-n', String(objects));
  }

  /** Runs one child, as `binary-trees 16`. Returns its time and its gctrace lines. @throws if it fails */
  traced(threads: number, ...args: readonly string[]): { readonly seconds: number; readonly trace: string } {
    const { stdout, stderr, status } = spawnSync(this.#program, ['child', ...args], { encoding: 'utf8', env: { ...process.env, GODEBUG: 'gctrace=1', GOGC: '100', GOMAXPROCS: String(threads) } });
    if (status !== 0) throw new Error(`${this.version} failed: ${stderr.slice(-500)}`);
    return { seconds: (JSON.parse(stdout) as { Seconds: number }).Seconds, trace: stderr };
  }

  /** Returns the peer's argument for a graph: its name, or the file with its heap. */
  #argument(graph: Graph): string {
    if (typeof graph === 'string') return graph;
    let file = this.#heapFiles.get(graph);
    if (file === undefined) {
      file = join(this.#folder, `${nameOf(graph)}.heap`);
      writeHeapFile(graph, file);
      this.#heapFiles.set(graph, file);
    }
    return file;
  }

  /** Returns the median of one round. */
  #ask(...args: readonly string[]): number {
    const text = execFileSync(this.#program, [...args, '-json', '-rounds', '1'], { encoding: 'utf8' });
    return (JSON.parse(text) as { results: { median: number }[] }).results[0].median;
  }
}
