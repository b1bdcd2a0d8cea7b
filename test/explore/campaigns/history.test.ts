/** The course of a campaign: what was seen when, in one process and over a log. */
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/explore/campaigns/history.ts';
import { Tally } from '../../../src/explore/campaigns/tally.ts';
import { campaignOf, CampaignShape } from '../../../src/report/campaign.ts';
import { strictly } from '../../../src/report/schema.ts';
import { EDGES } from '../../../src/rewrite/edges/catalog.ts';
import { STATION, failureOf, resultOf } from '../slices.ts';

const HOSTILE = './</script><img src=x onerror=alert(1)>\u202e\x1b[31m.ts';

function passing(counts: Readonly<Record<number, number>>): Uint32Array {
  const edges = new Uint32Array(EDGES.length);
  for (const [edge, count] of Object.entries(counts)) edges[Number(edge)] = count;
  return edges;
}

/** A history and a tally that slices are added to together. */
function campaign(scenarios: readonly string[]) {
  const tally = new Tally(scenarios);
  const history = new History();
  return {
    tally,
    history,
    add(scenario: string, seconds: number, changes: Parameters<typeof resultOf>[0]) {
      const result = resultOf(changes);
      tally.add({ ...STATION, scenario }, result);
      history.add(scenario, result, tally, seconds);
    },
  };
}

describe('the history of a campaign', () => {
  const { tally, history, add } = campaign(['mark-bits', HOSTILE]);
  add('mark-bits', 1, { executions: 10, hashes: Uint32Array.of(1, 2), edges: passing({ 3: 5 }) });
  add(HOSTILE, 2, { executions: 4, hashes: Uint32Array.of(9), edges: passing({ 3: 1, 8: 2 }), failures: [failureOf('k')], seen: { k: 2 } });
  add('mark-bits', 4, { executions: 1, hashes: Uint32Array.of(3), edges: passing({ 3: 7, 0: 1 }), seen: { k: 1 } });
  const shown = campaignOf(history, tally, new Map([['mark-bits', Uint8Array.from(EDGES, (_, i) => (i < 4 ? 1 : 0))]]));

  it('has the counts after each slice', () => {
    expect(shown.series).toEqual({ atSeconds: [1, 2, 4], executions: [10, 14, 15], distinct: [2, 3, 4], edges: [1, 2, 3], failures: [0, 1, 1] });
  });

  it('has for each scenario the edges that it passed, how often, and since when', () => {
    expect(shown.scenarios).toEqual([
      { scenario: 'mark-bits', possible: [0, 1, 2, 3], passed: { edge: [0, 3], times: [1, 12], firstSeconds: [4, 1] } },
      { scenario: HOSTILE, possible: null, passed: { edge: [3, 8], times: [1, 2], firstSeconds: [2, 2] } },
    ]);
    expect(shown.edges[3]).toBe(EDGES[3].name);
  });

  it('has the first sighting of each failure', () => {
    expect(shown.failures).toEqual([{ key: 'k', firstSeconds: 2, executions: 14, times: 3 }]);
  });

  it('is a strict part of documents, whatever the scenarios are called', () => {
    expect(strictly(CampaignShape).parse(JSON.parse(JSON.stringify(shown)))).toEqual(shown);
  });
});

describe('a campaign that goes on with a log', () => {
  const slice = { type: 'slice' as const, station: STATION, lane: 0, seed: 1, executions: 5, steps: 1, switches: 1, seconds: 0.5, distinct: 5, edges: [EDGES[2].name, 'an edge of another version'], seen: { k: 1 }, exhausted: false, covered: '' };

  it.each([
    ['with times', 3, 3],
    ['of an older version, whose slices only say how long they took', undefined, 0.5],
  ])('%s', (_, at, end) => {
    const { tally, history, add } = campaign(['mark-bits']);
    tally.addLogged(STATION, slice, slice.distinct, slice.edges);
    history.addLogged({ ...slice, at }, tally);
    history.addLoggedPasses({ 'mark-bits': { [EDGES[2].name]: 40, 'an edge of another version': 1 } });
    expect(history.before).toBe(end);
    add('mark-bits', 2, { edges: passing({ 2: 2, 5: 1 }) });
    expect(history.before).toBe(end);
    const { series, scenarios, failures } = campaignOf(history, tally, new Map());
    expect(series.atSeconds).toEqual([end, end + 2]);
    expect(series.executions).toEqual([5, 6]);
    expect(scenarios[0].passed).toEqual({ edge: [2, 5], times: [42, 1], firstSeconds: [end, end + 2] });
    expect(failures).toEqual([{ key: 'k', firstSeconds: end, executions: 5, times: 1 }]);
    expect(history.ownPasses()).toEqual({ 'mark-bits': { [EDGES[2].name]: 2, [EDGES[5].name]: 1 } });
  });

  it('keeps the time of an edge whose number of passes is not known', () => {
    const { tally, history } = campaign(['mark-bits']);
    tally.addLogged(STATION, slice, slice.distinct, slice.edges);
    history.addLogged({ ...slice, at: 3 }, tally);
    expect(campaignOf(history, tally, new Map()).scenarios[0].passed).toEqual({ edge: [2], times: [0], firstSeconds: [3] });
  });
});
