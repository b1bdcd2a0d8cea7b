/** Curves of one line of text. */

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Returns a bar for each value, from 0 to `most`; a value above it has the highest bar. */
export function sparkline(values: readonly number[], most = Math.max(0, ...values)): string {
  return values.map((value) => BARS[most > 0 ? Math.max(0, Math.min(BARS.length - 1, Math.ceil((value / most) * BARS.length) - 1)) : 0]).join('');
}
