/** The lane table in colours. */
import { laneTable } from '../drivers/explore/failures/lane-table.ts';
import type { Lanes } from '../drivers/explore/failures/lanes.ts';
import { paint } from './paint.ts';

/** Its lines, each with its newline. */
export function* laneTableText(lanes: Lanes, isColored: boolean): Generator<string> {
  const { bold, dim, yellow } = paint(isColored);
  const paints = { head: bold, access: String, critical: (text: string) => bold(yellow(text)), between: dim };
  for (const { text, kind } of laneTable(lanes)) yield `${paints[kind](text)}\n`;
}
