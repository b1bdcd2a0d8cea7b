/** Drawing measurements and predictions to the file of --svg. */
import { printable } from '../base/printable.ts';
import { asScaling, type Prediction } from '../report/prediction.ts';
import type { Scaling } from '../report/scaling.ts';
import type { Deps } from './deps.ts';

interface DrawFlags {
  readonly svg?: string;
  readonly json?: boolean;
  readonly bench?: boolean;
  readonly csv?: boolean;
}

/** An earlier document to draw beside the new figures. */
export interface Earlier {
  readonly path: string;
  readonly command: string;
  readonly results: readonly { readonly procs: number; readonly ns: readonly number[] }[];
}

/** Draws a measurement and, beside it, the one that it is compared with. */
export async function drawScaling(deps: Deps, flags: DrawFlags, scaling: Scaling, before?: Earlier): Promise<void> {
  await draw(deps, flags, async () => {
    const { scaleSvg } = await import('../report/scale-svg.ts');
    return before === undefined ? scaleSvg(scaling) : drawBeside(scaling, 'now', 'before', before);
  });
}

/** Draws measurements that differ in the setting `name`. */
export async function drawSweep(deps: Deps, flags: DrawFlags, name: string, scalings: readonly Scaling[]): Promise<void> {
  await draw(deps, flags, async () => (await import('../report/scale-svg.ts')).sweepSvg(name, scalings));
}

/** Draws a prediction and, beside it, the measurement or prediction that it is compared with. */
export async function drawPrediction(deps: Deps, flags: DrawFlags, prediction: Prediction, before?: Earlier): Promise<void> {
  const scaling = asScaling(prediction);
  await draw(deps, flags, async () => {
    const { scaleSvg } = await import('../report/scale-svg.ts');
    if (before === undefined) return scaleSvg(scaling);
    return before.command === 'scale --model' ? drawBeside(scaling, 'now', 'before', before) : drawBeside(scaling, 'predicted', 'measured', before);
  });
}

async function drawBeside(scaling: Scaling, label: string, otherLabel: string, { path, results }: Earlier): Promise<string> {
  const { scaleSvg } = await import('../report/scale-svg.ts');
  const { seriesOf } = await import('../report/scale-panels.ts');
  return scaleSvg(scaling, [{ label, results: scaling.results }, seriesOf(otherLabel, results)], `${otherLabel}: ${path}`);
}

/** Writes the drawing and names it: on stderr if stdout holds a document. */
async function draw({ terminal, writeFile }: Deps, { svg, json, bench, csv }: DrawFlags, make: () => Promise<string>): Promise<void> {
  if (svg === undefined) return;
  writeFile(svg, Buffer.from(await make()));
  const say = json || bench || csv ? terminal.err : terminal.out;
  say(`Drawn to ${printable(svg)}.\n`);
}
