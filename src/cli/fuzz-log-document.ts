/** The document of a campaign, made of its log: what `fuzz --json --record` would have printed at the log's end. */
import { lifeOf } from '../explore/campaigns/life.ts';
import { LoggedCampaign, reachOf } from '../explore/campaigns/logged-campaign.ts';
import { LogReader, closedIn } from '../explore/campaigns/read-log.ts';
import { campaignOf } from '../report/campaign.ts';
import { plural } from '../base/units.ts';
import { fuzzDocument } from './fuzz-document.ts';
import { describeTotals } from './fuzz-report.ts';

/** Makes documents from a log, repeatedly while it grows. */
export interface LogDocument {
  /**
   * Reads what was appended to the log, and returns the text of a FuzzDocument.
   * @param onProgress called from time to time with the number of lines that were read
   * @throws UsageError if the log is broken
   */
  update(onProgress?: (lines: number) => void): string;
  /** Whether the campaign had ended when the log was last read. */
  readonly hasEnded: boolean;
  /** The totals at that time, in words. */
  readonly summary: string;
}

/** @throws UsageError if the file at `path` is no log of a campaign */
export async function openLogDocument(path: string): Promise<LogDocument> {
  const reader = new LogReader(path);
  const { header } = reader;
  const reach = await reachOf(header);
  const campaign = new LoggedCampaign(reader, reach);
  return {
    update(onProgress) {
      campaign.update(onProgress);
      const { tally, history, lanes } = campaign;
      // A killed campaign has logged no end.
      const ending = reader.ending || (lifeOf(path, reader).life === 'running' ? 'running' : 'interrupted');
      return fuzzDocument(header, lanes, tally, { ending, seconds: history.before }, { campaign: campaignOf(history, tally, reach), closed: closedIn(reader) });
    },
    get hasEnded() {
      return reader.ending !== '';
    },
    get summary() {
      const { tally, history } = campaign;
      return `${describeTotals(tally, history.before)}, ${plural(tally.failures.length, 'failure')}`;
    },
  };
}

/**
 * Returns the text of a FuzzDocument. Scenarios of users are not run, so that the edges that they could pass are not known.
 * @throws UsageError if the file at `path` is no log of a campaign, or is broken
 */
export async function documentOfLog(path: string): Promise<string> {
  return (await openLogDocument(path)).update();
}
