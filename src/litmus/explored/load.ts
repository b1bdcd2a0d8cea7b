/** Loads the scenario of litmus tests, as rewritten by the build. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GENERATED } from '../../explore/load.ts';
import type { OrdinaryCore } from '../../explore/ordinary/core.ts';
import { describeOrdinary } from '../../explore/ordinary/scenario.ts';
import type { Scenario } from '../../explore/scenarios/scenario.ts';
import { Places } from '../../explore/user-throws.ts';
import { ROOT } from '../../base/root.ts';

/** The module that the build rewrites, and where it puts the result. */
export const LITMUS_SCENARIO = join(ROOT, 'src/litmus/explored/scenario.ts');
/** With hooks: weak memory models need them. */
export const LITMUS_CORE = join(GENERATED, 'litmus.gen.js');

export interface LitmusScenario {
  readonly core: OrdinaryCore & { readonly memoryAtEnd: Uint8Array };
  readonly scenario: Scenario;
}

export async function loadLitmusScenario(): Promise<LitmusScenario> {
  const core = (await import(/* @vite-ignore */ pathToFileURL(LITMUS_CORE).href)) as LitmusScenario['core'];
  const places = new Places(() => { throw new Error('the scenario of litmus tests has no source map'); }, [], ROOT);
  return { core, scenario: describeOrdinary('litmus', core, { places, sites: [] }) };
}
