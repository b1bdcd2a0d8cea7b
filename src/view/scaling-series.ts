/** The series of points that documents of `start` and `scale` hold: measured, varied or predicted. */
import type { z } from 'zod';
import type { ScaleDocument } from '../report/json.ts';
import type { PhasePredictionDocument } from '../report/phase-document.ts';
import type { PredictionDocument } from '../report/prediction-document.ts';
import { lawsOf, type FittedLaw } from '../report/scaling-laws.ts';
import type { NamedDocument } from './view.ts';

export interface SeriesPoint {
  readonly procs: number;
  /** Median time. */
  readonly ns: number;
  /** The 95 % interval of the median, if there are enough runs. */
  readonly lowNs: number | undefined;
  readonly highNs: number | undefined;
  /** Over one thread; over the fewest threads if one was not measured. */
  readonly speedup: number;
  readonly runs: number;
}

export interface Series {
  readonly name: string;
  /** The part of the name that tells it from the other series. */
  readonly label: string;
  readonly isPredicted: boolean;
  readonly points: readonly SeriesPoint[];
  /** The largest speedup that the graph of objects allows, by threads. */
  readonly bounds: readonly { readonly procs: number; readonly speedup: number }[];
  readonly limits: readonly string[];
  /** The laws of scaling that are fitted to the points. */
  readonly laws: readonly FittedLaw[];
}

/** Returns the series of all documents, or undefined if there are none. */
export function findSeries(documents: readonly NamedDocument[]): Series[] | undefined {
  const found = documents.flatMap(seriesOf);
  const series = distinctNames(found);
  return series.length === 0 ? undefined : series;
}

/** A series before it is told from the others. */
type Found = Omit<Series, 'label'> & { readonly source: string };

function seriesOf({ name, document }: NamedDocument): Found[] {
  switch (document.command) {
    case 'start':
    case 'scale':
      return [{ ...measured(document), source: name }];
    case 'scale --model':
      return [{ ...predicted(document), source: name }];
    case 'scale --model --phase':
      return [{ ...predictedPhase(document), source: name }];
    case 'scale --sweep':
      return document.measurements.map((measurement) => ({ ...measured(measurement), name: `${document.sweep} ${measurement.settings[document.sweep]}`, source: name }));
    default:
      return [];
  }
}

function measured({ heap, settings, graph, limits, cores, results }: ScaleDocument): Omit<Found, 'source'> {
  return {
    name: `${heap.name}, ${settings.policy}`,
    isPredicted: false,
    points: results.map(({ procs, ns, medianNs, intervalNs: [low, high] }) => ({
      procs, ns: medianNs, lowNs: low ?? undefined, highNs: high ?? undefined, speedup: results[0].medianNs / medianNs, runs: ns.length,
    })).map((point) => (point.lowNs === undefined || point.highNs === undefined ? { ...point, lowNs: undefined, highNs: undefined } : point)),
    bounds: graph?.bounds ?? [],
    limits,
    laws: lawsOf(results, cores),
  };
}

function predicted({ heap, settings, machine, results }: PredictionDocument): Omit<Found, 'source'> {
  return {
    name: `${heap.name}, ${settings.policy}, model of ${machine.name}`,
    isPredicted: true,
    points: results.map(({ procs, medianNs }) => ({ procs, ns: medianNs, lowNs: undefined, highNs: undefined, speedup: results[0].medianNs / medianNs, runs: 1 })),
    bounds: [],
    limits: [],
    laws: lawsOf(results),
  };
}

/** Stopping the world has no law: it only gets slower with more threads. */
function predictedPhase({ phase, heap, machine, results }: z.infer<typeof PhasePredictionDocument>): Omit<Found, 'source'> {
  return {
    name: [phase, ...(heap === undefined ? [] : [heap.name]), `model of ${machine.name}`].join(', '),
    isPredicted: true,
    points: results.map(({ procs, medianNs }) => ({ procs, ns: medianNs, lowNs: undefined, highNs: undefined, speedup: results[0].medianNs / medianNs, runs: 1 })),
    bounds: [],
    limits: [],
    laws: phase === 'stw' ? [] : lawsOf(results),
  };
}

/** Adds the document's name to series of the same name, and labels each by what only it has. */
function distinctNames(series: readonly Found[]): Series[] {
  const named = series.map(({ source, ...each }, i) => {
    const isShared = series.some(({ name }, k) => k !== i && name === each.name);
    return isShared ? { ...each, name: `${each.name}, ${source}` } : each;
  });
  const parts = named.map(({ name }) => name.split(', '));
  return named.map((each, i) => {
    const own = parts[i].filter((part) => !parts.every((others) => others.includes(part)));
    return { ...each, label: own.length > 0 ? own.join(', ') : each.isPredicted ? 'model' : 'measured' };
  });
}
