/** The document of a campaign, made of its log: what `fuzz --json --record` would have printed at the log's end. */
import { readLog, type Ending } from '../explore/campaigns/log.ts';
import { History } from '../explore/campaigns/history.ts';
import { takeUp } from '../explore/campaigns/take-up.ts';
import { Tally } from '../explore/campaigns/tally.ts';
import { possibleByScenario, possibleInAny } from '../explore/possible-edges.ts';
import { SCENARIOS } from '../explore/scenarios/catalog.ts';
import { campaignOf } from '../report/campaign.ts';
import { fuzzDocument } from './fuzz-document.ts';

/**
 * Returns the text of a FuzzDocument. Scenarios of users are not run, so that the edges that they could pass are not known.
 * @throws UsageError if the file at `path` is no log of a campaign, or is broken
 */
export async function documentOfLog(path: string): Promise<string> {
  const logged = readLog(path);
  const { header } = logged;
  const possible = await possibleByScenario(header.scenarios.filter((name) => SCENARIOS.some((each) => each.name === name)), header.set);
  const tally = new Tally(header.scenarios, possibleInAny(possible));
  const history = new History();
  takeUp(logged, { tally, history });
  let lanes = 0;
  for (const { lane } of logged.slices) lanes = Math.max(lanes, lane + 1);
  // A killed campaign has logged no end.
  const ending = (logged.ending || 'interrupted') as Ending;
  return fuzzDocument(header, lanes, tally, { ending, seconds: history.before }, { campaign: campaignOf(history, tally, possible) });
}
