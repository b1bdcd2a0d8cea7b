/** Stacked bars: the shares of each thread's time, for each number of threads. */
import { element, line, text } from './svg.ts';
import { SHARES, type Share, type ThreadFacts } from './scale-threads.ts';
import { formatShare } from '../base/units.ts';
import type { Scaling } from './scaling.ts';

const HEIGHT = 150;
const GAP = 14;

/** Blue and violet for work, warm colours for waiting, grey for the rest. */
const COLOURS: Readonly<Record<Share, readonly [light: string, dark: string]>> = {
  roots: ['#8250df', '#a371f7'],
  scanning: ['#54aeff', '#388bfd'],
  'handing off': ['#1b7c83', '#39c5cf'],
  waiting: ['#e16f24', '#f0883e'],
  sleeping: ['#eac54f', '#bb8009'],
  away: ['#d0d7de', '#3d444d'],
};

const classOf = (share: Share) => share.replace(' ', '-');
const rules = (which: 0 | 1) => SHARES.map((share) => `.${classOf(share)}{fill:${COLOURS[share][which]}}`).join('');

export const SHARES_STYLE = `${rules(0)}\n@media(prefers-color-scheme:dark){${rules(1)}}\n`;

interface Drawing {
  readonly drawing: string;
  /** 0 for an empty drawing. */
  readonly height: number;
}

/** Returns groups of bars, a bar for each thread. `left`, `top` (of the first text) and `width` are in pixels. */
export function sharesPanel({ results }: Scaling, left: number, top: number, width: number): Drawing {
  const groups = results.flatMap(({ procs, mark }) => (mark === undefined || mark.threads.length === 0 ? [] : [{ procs, threads: mark.threads }]));
  if (groups.length === 0) return { drawing: '', height: 0 };
  const bars = groups.reduce((sum, { threads }) => sum + threads.length, 0);
  const barWidth = Math.min(90, (width - GAP * (groups.length + 1)) / bars);
  const upper = top + 34;
  const bottom = upper + HEIGHT;
  const parts = [text(left, top, "each thread's time, the one that marked most first", { class: 'head' }), legend(left, top + 20)];
  for (const share of [0, 0.5, 1]) {
    const y = bottom - share * HEIGHT;
    parts.push(line(left, y, left + width, y, { class: share === 0 ? 'axis' : 'grid' }), text(left - 8, y + 4, formatShare(share), { 'text-anchor': 'end' }));
  }
  let x = left + GAP;
  for (const { procs, threads } of groups) {
    parts.push(...threads.map((thread, i) => bar(thread, x + i * barWidth, bottom, Math.max(1, barWidth - 2))));
    parts.push(text(x + (threads.length * barWidth) / 2, bottom + 18, String(procs), { 'text-anchor': 'middle' }));
    x += threads.length * barWidth + GAP;
  }
  parts.push(text((left + x) / 2, bottom + 38, 'threads', { 'text-anchor': 'middle' }));
  return { drawing: parts.join(''), height: 34 + HEIGHT + 90 };
}

function bar({ shares }: ThreadFacts, x: number, bottom: number, width: number): string {
  let y = bottom;
  return SHARES.map((share) => {
    const height = shares[share] * HEIGHT;
    y -= height;
    return height < 0.05 ? '' : element('rect', { class: classOf(share), x, y, width, height }, element('title', {}, `${share} ${formatShare(shares[share])}`));
  }).join('');
}

function legend(left: number, y: number): string {
  let x = left;
  return SHARES.map((share) => {
    const entry = element('rect', { class: classOf(share), x, y: y - 9, width: 10, height: 10 }) + text(x + 15, y, share);
    x += 30 + share.length * 7;
    return entry;
  }).join('');
}
