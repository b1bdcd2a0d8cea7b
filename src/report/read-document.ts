/** Reads documents of `scale --json` again, for --compare. */
import { UsageError } from '../base/fatal.ts';
import { describeIssue } from '../base/issue-text.ts';
import { printable } from '../base/printable.ts';
import { SCALE_SCHEMA, ScaleShape, type ScaleDocument } from './json.ts';
import { PREDICTION_SCHEMA, PredictionShape, type PredictionDocument } from './prediction-document.ts';

/**
 * Parses a document that `sweepgen scale --json` printed, of a measurement or of a prediction. Fields that this
 * version does not know are dropped.
 * @param name the file's name, for the message
 * @throws UsageError if `text` is anything else
 */
export function readScaleDocument(name: string, text: string): ScaleDocument | PredictionDocument {
  const file = printable(name);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON; compare with what sweepgen scale --json has printed`);
  }
  const { schema, command, sweep } = (document ?? {}) as Record<string, unknown>;
  const isPrediction = command === 'scale --model';
  const known = isPrediction ? PREDICTION_SCHEMA : SCALE_SCHEMA;
  if ((command === 'scale' || isPrediction) && typeof schema === 'number' && schema !== known) {
    throw new UsageError(`${file} has schema ${schema}, and this version compares ${known}; ${isPrediction ? 'predict' : 'measure'} it again`);
  }
  if (sweep !== undefined) throw new UsageError(`${file} has a measurement for each value of a setting; compare with one that was made without --vary`);
  const parsed = (isPrediction ? PredictionShape : ScaleShape).safeParse(document);
  if (!parsed.success) throw new UsageError(`${file} is not what sweepgen scale --json has printed: ${printable(describeIssue(parsed.error, document))}`);
  return parsed.data;
}
