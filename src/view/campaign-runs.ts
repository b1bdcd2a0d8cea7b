/** The campaigns among the documents of a report: those of `fuzz`, and explorations that were recorded. */
import type { z } from 'zod';
import type { ExploreDocument } from '../cli/explore-document.ts';
import type { FuzzDocument } from '../cli/fuzz-document.ts';
import { plural } from '../base/units.ts';
import type { Campaign } from '../report/campaign.ts';
import { anchorIn } from './player-anchor.ts';
import type { NamedDocument } from './view.ts';

type Failure = z.infer<typeof FuzzDocument>['failures'][number];

export interface ScenarioRow {
  readonly scenario: string;
  readonly executions: number;
  readonly distinct: number;
  /** Accesses to the shared memory. */
  readonly steps: number;
  /** Of workers, added up. */
  readonly seconds: number;
  readonly failures: number;
  readonly covered: string;
}

export interface FailureRow {
  readonly failure: Failure;
  /** Undefined if the campaign was not recorded. */
  readonly firstSeconds?: number;
  readonly executions?: number;
  readonly times?: number;
  /** It was run again on a later build, and is fixed. */
  readonly isClosed: boolean;
  /** The section of its player. */
  readonly anchor?: string;
}

/** A campaign as the view shows it. */
export interface CampaignRun {
  readonly name: string;
  readonly strategy: string;
  readonly mutant: string | null;
  /** Executions by memory model. */
  readonly memories: z.infer<typeof FuzzDocument>['memories'];
  readonly seed: number;
  /** Worker threads; undefined for `explore`, which has none. */
  readonly jobs?: number;
  readonly ending?: z.infer<typeof FuzzDocument>['ending'];
  readonly seconds: number;
  readonly scenarios: readonly ScenarioRow[];
  readonly failures: readonly FailureRow[];
  readonly campaign?: Campaign;
}

/** Returns the campaigns; undefined if there are none. */
export function findCampaigns(documents: readonly NamedDocument[]): CampaignRun[] | undefined {
  const runs = documents.flatMap(({ name, document }) => {
    if (document.command === 'fuzz') return [ofFuzz(name, document)];
    return document.command === 'explore' && document.campaign !== undefined ? [ofExplore(name, document)] : [];
  });
  return runs.length === 0 ? undefined : runs;
}

function ofFuzz(name: string, document: z.infer<typeof FuzzDocument>): CampaignRun {
  const { strategy, mutant, memories, seed, jobs, ending, seconds, scenarios, failures, campaign } = document;
  const total = campaign?.series.atSeconds.at(-1);
  return {
    name, strategy, mutant, memories, seed, jobs, ending, campaign,
    // A resumed campaign has run for longer than its last part.
    seconds: Math.max(seconds, total ?? 0),
    scenarios: scenarios.map(({ failures: seen, ...each }) => ({ ...each, failures: Object.keys(seen).length })),
    failures: failures.map((failure) => rowOf(failure, document)),
  };
}

function ofExplore(name: string, document: z.infer<typeof ExploreDocument>): CampaignRun {
  const { strategy, mutant, memory, seed, scenario, executions, steps, distinct, seconds, covered, failure, campaign } = document;
  return {
    name, strategy, mutant, seed, seconds, campaign,
    memories: [{ memory, executions }],
    scenarios: [{ scenario, executions, steps, distinct, seconds, covered, failures: failure === null ? 0 : 1 }],
    failures: failure === null ? [] : [rowOf(failure, document)],
  };
}

type Document = z.infer<typeof FuzzDocument> | z.infer<typeof ExploreDocument>;

function rowOf(failure: Failure, document: Document): FailureRow {
  const seen = document.campaign?.failures.find(({ key }) => key === failure.key);
  const isClosed = 'closed' in document && document.closed?.includes(failure.key) === true;
  return { failure, isClosed, firstSeconds: seen?.firstSeconds, executions: seen?.executions, times: seen?.times, anchor: anchorIn(document, failure.key, failure.station.mutant) };
}

/** Returns the size of the shrunk failure in words; undefined if it was not shrunk. */
export function shrunkSize({ failure: { shrunk } }: FailureRow): string | undefined {
  if (shrunk === null) return undefined;
  if (typeof shrunk === 'string') return shrunk;
  const { preemptions, values, steps } = shrunk;
  return `${plural(preemptions, 'preemption')}${values === undefined ? '' : `, ${plural(values, 'older value')}`} in ${plural(steps, 'access', 'accesses')}`;
}
