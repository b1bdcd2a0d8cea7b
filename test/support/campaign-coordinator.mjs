/**
 * A coordinator of a campaign over a queue, in a process of its own.
 *
 * node campaign-coordinator.mjs URL BUILD CLAIM_MS LOG EXECUTIONS SCENARIOS
 *
 * It begins the log, or goes on with it. EXECUTIONS are those of the whole campaign. It prints what it hears, the host of
 * each worker that it sees, and `ended: ENDING` at the end; `failed: MESSAGE` if it throws.
 */
import { existsSync } from 'node:fs';
import { coordinate } from '../../dist/src/explore/campaigns/coordinate.js';
import { History } from '../../dist/src/explore/campaigns/history.js';
import { createLog, resumeLog } from '../../dist/src/explore/campaigns/write-log.js';
import { Plan } from '../../dist/src/explore/campaigns/plan.js';
import { takeUp } from '../../dist/src/explore/campaigns/take-up.js';
import { Tally } from '../../dist/src/explore/campaigns/tally.js';
import { findScenario } from '../../dist/src/explore/find.js';
import { knobsOf } from '../../dist/src/explore/scenarios/scenario.js';
import { openQueue } from '../../dist/src/queue/open-queue.js';

const [url, build, claimMs, path, executions, names] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

/** Tells of the hosts of workers, each once. */
function telling(lead) {
  const hosts = new Set();
  return {
    ...lead,
    async workers() {
      const workers = await lead.workers();
      for (const { host } of workers) if (!hosts.has(host)) say(`host: ${host}`);
      for (const { host } of workers) hosts.add(host);
      return workers;
    },
  };
}

try {
  const queue = await openQueue(url, { build, claimMs: Number(claimMs) });
  const lead = await queue.lead({ onWait: ({ pid }) => say(`waits for ${pid}`) });
  say('leads');
  try {
    const resumed = existsSync(path) ? resumeLog(path) : undefined;
    const header = resumed?.logged.header ?? { sweepgen: '1', seed: 1, scenarios: names.split(','), set: {}, strategy: 'uniform', monitors: [], always: false, mutant: null };
    const plan = new Plan({ ...header, scenarios: header.scenarios.map((name) => ({ name, settings: [knobsOf(findScenario(name))] })) });
    const tally = new Tally(header.scenarios);
    const history = new History();
    if (resumed !== undefined) takeUp(resumed.logged, { tally, history, plan });
    const owed = (resumed?.logged.owed ?? []).map(({ id, station, lane, seed, executions: count }) => ({ id, turn: { station, lane, seed }, executions: count }));
    const given = tally.sum('executions') + owed.reduce((sum, each) => sum + each.executions, 0);
    const log = resumed?.log ?? createLog(path, header);
    const { ending } = await coordinate({
      plan, tally, history, log, owed, build, lead: telling(lead),
      executions: Math.max(0, Number(executions) - given), keepGoing: true, shrink: true,
      now: () => performance.now(), signal: stop.signal,
      onFailure: ({ key }) => say(`failure: ${key}`),
      onRefused: (message) => say(`refused: ${message}`),
      onTrouble: (message) => say(`trouble: ${message ?? 'over'}`),
    });
    say(`ended: ${ending}`);
    if (log.error !== undefined) say(`failed: ${log.error.message}`);
  } finally {
    await lead.close();
    await queue.close();
  }
} catch (error) {
  say(`failed: ${error.message}`);
}
process.exit();
