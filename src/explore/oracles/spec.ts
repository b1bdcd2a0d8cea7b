/** The sequential specification of a shared object, as the user writes it. */
import { deserialize, serialize } from 'node:v8';
import type { Operation } from '../scenarios/operation.ts';

/**
 * `init` makes the model, which is plain data. Each other function is an operation: it changes the model, and returns
 * what the real operation must return.
 */
export interface Spec {
  init(): unknown;
  /** Reports whether the operation waits while the model is as it is. By default none does. */
  blocks?(model: unknown, name: string, ...args: number[]): unknown;
  readonly [operation: string]: ((model: unknown, ...args: never[]) => unknown) | undefined;
}

/** Names in a spec that are no operations. */
export const RESERVED: ReadonlySet<string> = new Set(['init', 'blocks']);

/** A model as a text, from which it can be made again. Texts of different models differ. */
export type ModelText = string;

export interface Stepped {
  readonly model: ModelText;
  readonly returned: unknown;
}

/** Runs a spec on models that are kept as texts: so a function may change its model, and the search can go back. */
export class SpecRunner {
  readonly #spec: Spec;
  readonly initial: ModelText;

  /** @throws what `init` throws, or an error if the model is no plain data */
  constructor(spec: Spec) {
    this.#spec = spec;
    this.initial = textOf(spec.init());
  }

  /** Returns the model after `operation`, and what it returns; undefined if the operation would wait. */
  step(model: ModelText, [name, ...args]: Operation): Stepped | undefined {
    const copy: unknown = deserialize(Buffer.from(model, 'latin1'));
    if (this.#spec.blocks?.(copy, name, ...args) === true) return undefined;
    const returned: unknown = this.#spec[name]!(copy, ...(args as never[]));
    return { model: textOf(copy), returned };
  }
}

function textOf(model: unknown): ModelText {
  try {
    return serialize(model).toString('latin1');
  } catch (error) {
    throw new Error(`the model of a spec must be plain data, such as a list or a Map: ${(error as Error).message}`);
  }
}
