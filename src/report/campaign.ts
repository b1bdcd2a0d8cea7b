/** The course of a campaign, as the documents of `fuzz` and `explore` hold it when they are recorded. */
import { z } from 'zod';
import { EDGES } from '../rewrite/edges/catalog.ts';
import type { History } from '../explore/campaigns/history.ts';
import type { Tally } from '../explore/campaigns/tally.ts';
import { count } from './schema.ts';

/** Seconds that the campaign has run, earlier parts of a resumed one included. */
const atSeconds = z.number().nonnegative();

export const CampaignShape = z.object({
  /** Counts after slices, in columns of equal length. A long campaign has a sample of every so many slices. */
  series: z.object({
    atSeconds: z.array(atSeconds),
    executions: z.array(count),
    /** Different interleavings, about. */
    distinct: z.array(count),
    /** Protocol edges that any scenario had passed. */
    edges: z.array(count),
    /** Failures of different kinds. */
    failures: z.array(count),
  }),
  /** The names of all protocol edges; `edge` and `possible` below are indices into this list. */
  edges: z.array(z.string()),
  scenarios: z.array(z.object({
    scenario: z.string(),
    /** Edges that the scenario's threads could pass, as far as the source shows; null if that was not asked. */
    possible: z.array(count).nullable(),
    /** The edges that it passed, in columns of equal length. */
    passed: z.object({
      edge: z.array(count),
      /** How often; 0 if only an earlier part of a resumed campaign passed it, and its log does not say. */
      times: z.array(count),
      firstSeconds: z.array(atSeconds),
    }),
  })),
  /** When each failure of the document was first seen, by its key. */
  failures: z.array(z.object({
    key: z.string(),
    firstSeconds: atSeconds,
    /** Executions of the campaign up to the slice in which it was seen. */
    executions: count,
    times: count,
  })),
});
export type Campaign = z.infer<typeof CampaignShape>;

/**
 * Returns the course of a campaign.
 * @param possible by scenario and number in EDGES: 1 for an edge that it could pass; scenarios that are missing were not asked
 */
export function campaignOf(history: History, tally: Tally, possible: ReadonlyMap<string, Uint8Array>): Campaign {
  const samples = history.samples();
  return {
    series: {
      atSeconds: samples.map(({ at }) => at),
      executions: samples.map(({ executions }) => executions),
      distinct: samples.map(({ distinct }) => distinct),
      edges: samples.map(({ edges }) => edges),
      failures: samples.map(({ failures }) => failures),
    },
    edges: EDGES.map(({ name }) => name),
    scenarios: tally.scenarios.map(({ scenario }) => {
      const { counts, first } = history.passesOf(scenario);
      const edge = numbersWhere((i) => !Number.isNaN(first[i]));
      const could = possible.get(scenario);
      return {
        scenario,
        possible: could === undefined ? null : numbersWhere((i) => could[i] === 1),
        passed: { edge, times: edge.map((i) => counts[i]), firstSeconds: edge.map((i) => first[i]) },
      };
    }),
    failures: history.sightings().map(({ key, at, executions }) => ({
      key,
      firstSeconds: at,
      executions,
      times: tally.scenarios.reduce((sum, { failures }) => sum + (failures.get(key) ?? 0), 0),
    })),
  };
}

function numbersWhere(holds: (edge: number) => boolean): number[] {
  return EDGES.flatMap((_, i) => (holds(i) ? [i] : []));
}
