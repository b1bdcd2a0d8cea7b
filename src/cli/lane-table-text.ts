/** The lane table in colours. */
import { laneTable, type TableLine } from '../drivers/explore/failures/lane-table.ts';
import type { Lanes } from '../drivers/explore/failures/lanes.ts';
import { paint } from './paint.ts';

/** Its lines, each with its newline. */
export function* laneTableText(lanes: Lanes, isColored: boolean): Generator<string> {
  for (const line of tableText(laneTable(lanes), isColored)) yield `${line}\n`;
}

/** The lines of a table that was made elsewhere. */
export function tableText(table: readonly TableLine[], isColored: boolean): string[] {
  const { bold, dim, yellow } = paint(isColored);
  const paints = { head: bold, access: String, critical: (text: string) => bold(yellow(text)), between: dim };
  return table.map(({ text, kind }) => paints[kind](text));
}
