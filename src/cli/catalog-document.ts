/** The document that `explore --list --json` prints; see report/json.ts. */
import { z } from 'zod';
import { print, strictly } from '../report/schema.ts';
import { MONITOR_NAMES } from '../explore/monitors/catalog.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import { CANARIES, SCENARIOS } from '../explore/scenarios/catalog.ts';
import type { Scenario } from '../explore/scenarios/scenario.ts';
import { STRATEGIES } from '../explore/strategies/catalog.ts';

const SCHEMA = 1;

const scenario = z.object({
  name: z.string(),
  summary: z.string(),
  /** The first value is the usual one. */
  knobs: z.array(z.object({ name: z.string(), values: z.array(z.number()) })),
});

export const CatalogDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('explore --list'),
  scenarios: z.array(scenario),
  /** Scenarios that fail. */
  canaries: z.array(scenario),
  strategies: z.array(z.object({ spec: z.string(), summary: z.string() })),
  monitors: z.array(z.string()),
  mutants: z.array(z.object({ name: z.string(), history: z.string(), breaks: z.string() })),
}));

export function catalogDocument(): string {
  return print(CatalogDocument, {
    schema: SCHEMA,
    command: 'explore --list',
    scenarios: SCENARIOS.map(fieldsOf),
    canaries: CANARIES.map(fieldsOf),
    strategies: STRATEGIES.map(({ spec, summary }) => ({ spec, summary })),
    monitors: MONITOR_NAMES,
    mutants: MUTANTS.map(({ name, history, breaks }) => ({ name, history, breaks })),
  });
}

function fieldsOf({ name, summary, knobs }: Scenario): object {
  return { name, summary, knobs: knobs.map(({ name: knob, values }) => ({ name: knob, values })) };
}
