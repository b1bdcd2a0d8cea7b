/** Options and result of `explore`. They import nothing, because a scenario's module loads them. */

export interface ExploreOptions {
  /** Most executions; 2,000 by default, or as many as `seconds` allow. */
  readonly executions?: number;
  /** Time limit of the search, in seconds. Without `executions` it is the only limit. */
  readonly seconds?: number;
  /** Chooses the thread to run next, as `--strategy` of the command does: 'portfolio' (the default), 'dfs:2', 'pct:3', …. */
  readonly strategy?: string;
  /** What a load may return, as `--memory` of the command: 'sc' (the default), 'tso' or 'js'. */
  readonly memory?: 'sc' | 'tso' | 'js';
  /** Watches for data races, as `--races` of the command; a scenario may also do so itself. */
  readonly races?: boolean;
  /**
   * Seed of the first execution; the next ones count up. By default it is that of the environment variable SWEEPGEN_SEED,
   * else 1 if CI is set, else a fresh one. A failure tells its seed.
   */
  readonly seed?: number;
}

/** A search that found nothing wrong. */
export interface Explored {
  readonly executions: number;
  /** Distinct interleavings among them. */
  readonly distinct: number;
  readonly seed: number;
  /** What the search has covered completely, in words; '' if nothing. Only an exhaustive strategy covers something. */
  readonly covered: string;
}
