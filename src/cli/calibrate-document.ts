/** The document that `calibrate --json` prints; see report/json.ts. */
import { z } from 'zod';
import { print, strictly } from '../report/schema.ts';
import { MachineModelShape, type MachineModel } from '../model/machine-model.ts';

const SCHEMA = 1;

export const CalibrateDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('calibrate'),
  /** The file that it was written to. */
  path: z.string(),
  /** What that file holds, for --machine. */
  machine: MachineModelShape,
}));

export function calibrateDocument(path: string, machine: MachineModel): string {
  return print(CalibrateDocument, { schema: SCHEMA, command: 'calibrate', path, machine });
}
