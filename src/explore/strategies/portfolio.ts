/** Uses several strategies in turn, because none finds everything. The seed alone decides which one makes an execution. */
import type { Scene, Strategy } from '../strategy.ts';

export class Portfolio implements Strategy {
  readonly name = 'portfolio';
  budget = 1;
  readonly #turns: readonly Strategy[];
  #now: Strategy;

  /** @param turns the execution with seed i uses number i modulo the length; a strategy may occur several times */
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

  ahead(scene: Scene): number {
    return this.#now.ahead?.(scene) ?? 0;
  }

  takeBack(count: number): void {
    this.#now.takeBack?.(count);
  }

  choose(scene: Scene, count: number): number {
    return this.#now.choose?.(scene, count) ?? 0;
  }

  end(scene: Scene): void {
    this.#now.end?.(scene);
  }
}
