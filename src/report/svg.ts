/** SVG as text: elements and the scales of charts. */

type Attributes = Readonly<Record<string, string | number>>;

/** Returns `<name a="…">children</name>`. Attributes are escaped; children are markup. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const opened = Object.entries(attributes).map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`).join('');
  return children.length === 0 ? `<${name}${opened}/>` : `<${name}${opened}>${children.join('')}</${name}>`;
}

/** Returns a text element; `words` are escaped. */
export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(words));
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string {
  return element('line', { x1, y1, x2, y2, ...attributes });
}

export function polyline(points: readonly (readonly [x: number, y: number])[], attributes: Attributes): string {
  return element('polyline', { points: points.map(([x, y]) => `${round(x)},${round(y)}`).join(' '), fill: 'none', ...attributes });
}

export function escapeXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Maps a value to a coordinate in pixels. */
export type Scale = (value: number) => number;

/** Returns a linear or a logarithmic scale from `domain` to `range`. */
export function scaleOf(domain: readonly [number, number], range: readonly [number, number], isLog: boolean): Scale {
  const at = isLog ? Math.log2 : (value: number) => value;
  const [low, high] = [at(domain[0]), at(domain[1])];
  return (value) => range[0] + ((at(value) - low) / (high - low || 1)) * (range[1] - range[0]);
}

/** Returns about `count` round values from 0 to at least `most`, in steps of 1, 2 or 5 by powers of ten. */
export function roundTicks(most: number, count: number): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * (1 - 1e-9)) ?? 10 * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
