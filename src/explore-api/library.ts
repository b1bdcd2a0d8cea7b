/**
 * The library for tests: `import { explore, scenario } from 'sweepgen/explore'`.
 *
 *     // queue.scenario.ts
 *     export default scenario({ setup: () => new Queue(4), threads: [...], check: (queue, results) => ... });
 *
 *     // queue.test.ts
 *     test('the queue loses nothing', () => explore(new URL('./queue.scenario.ts', import.meta.url)));
 */
export { UsageError } from '../base/fatal.ts';
export { explore } from './explore.ts';
export { ScenarioFailed, type FailureFacts, type History } from './failed.ts';
export type { Explored, ExploreOptions } from './options.ts';
export { scenario, type AnyScenario, type Definition, type Judgement, type Operation, type Results, type Spec, type SpecDefinition, type Thread, type Threads } from './scenario.ts';
