/**
 * Strategies by turns, because none finds everything: which one makes an execution depends on
 * its seed alone.
 */
import type { Scene, Strategy } from '../strategy.ts';

export class Portfolio implements Strategy {
  readonly name = 'portfolio';
  budget = 1;
  readonly #turns: readonly Strategy[];
  #now: Strategy;

  /** @param turns who makes the executions with seed 0, 1, …, and again from the start; the same may come often */
  constructor(turns: readonly Strategy[]) {
    this.#turns = turns;
    this.#now = turns[0];
  }

  get asksOnWake(): boolean {
    return this.#now.asksOnWake;
  }

  get spec(): string {
    return this.#now.spec ?? this.#now.name;
  }

  begin(scene: Scene, seed: number): void {
    this.#now = this.#turns[seed % this.#turns.length];
    this.#now.begin(scene, seed);
  }

  next(scene: Scene): number {
    const thread = this.#now.next(scene);
    this.budget = this.#now.budget;
    return thread;
  }

  end(scene: Scene): void {
    this.#now.end?.(scene);
  }
}
