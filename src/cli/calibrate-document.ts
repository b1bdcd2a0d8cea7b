/** The document that `calibrate --json` prints; see report/json.ts. */
import { z } from 'zod';
import { MachineModelShape, type MachineModel } from '../model/machine-model.ts';

const SCHEMA = 1;

export const CalibrateDocument = z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('calibrate'),
  /** The file that it was written to. */
  path: z.string(),
  /** What that file holds, for --machine. */
  machine: MachineModelShape,
});

export function calibrateDocument(path: string, machine: MachineModel): string {
  return JSON.stringify(CalibrateDocument.parse({ schema: SCHEMA, command: 'calibrate', path, machine }), null, 2);
}
