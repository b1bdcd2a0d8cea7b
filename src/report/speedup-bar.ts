/** A speedup as a number and a bar: blocks for the speedup, dots from there to the ideal one. */

/** What a terminal can draw with: block elements of Unicode, or ASCII. */
export type Chart = 'unicode' | 'ascii';

/** Characters of a bar. */
const WIDTH = 5;
/** A cell filled by 1 to 8 eighths. */
const EIGHTHS = '▏▎▍▌▋▊▉█';

/** The head of a column of such cells, above the numbers. */
export function speedupHead(chart: Chart | undefined): string {
  return chart === undefined ? 'speedup' : 'speedup'.padEnd('1.00 '.length + WIDTH);
}

/**
 * Returns "1.62 ██▌· ".
 * @param ideal the speedup by as many threads as there are
 * @param most the ideal speedup of the last row: a whole bar
 * @param chart undefined for the number alone
 */
export function speedupCell(speedup: number, ideal: number, most: number, chart: Chart | undefined): string {
  const number = speedup.toFixed(2);
  if (chart === undefined) return number;
  const cells = (value: number) => Math.min(WIDTH, (value / most) * WIDTH);
  const filled = chart === 'unicode' ? blocks(cells(speedup)) : '#'.repeat(Math.round(cells(speedup)));
  return `${number} ${filled.padEnd(Math.round(cells(ideal)), chart === 'unicode' ? '·' : '.').padEnd(WIDTH)}`;
}

/** Returns the table with charts, or the one without if the charts would split it into more parts. */
export function withRoomForChart(table: (chart: Chart | undefined) => string[], chart: Chart | undefined): string[] {
  const plain = table(undefined);
  if (chart === undefined) return plain;
  const drawn = table(chart);
  return drawn.length > plain.length ? plain : drawn;
}

/** Returns `cells` blocks, the last one to the nearest eighth. */
function blocks(cells: number): string {
  const eighths = Math.max(1, Math.round(cells * 8));
  const rest = eighths % 8;
  return '█'.repeat((eighths - rest) / 8) + (rest === 0 ? '' : EIGHTHS[rest - 1]);
}
