/** `run --watch`: the machine, drawn live in the terminal of stderr. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import type { Progress } from '../run/progress.ts';
import type { Terminal } from './deps.ts';
import { LiveFrame } from './live-frame.ts';
import { paint } from './paint.ts';
import { WatchView } from './watch-view.ts';

/** Columns of a terminal that doesn't report its width. */
const USUAL_WIDTH = 80;
const LONGEST_NAME = 24;

export class Watch {
  private readonly frame: LiveFrame;
  private readonly view: WatchView;

  /**
   * @param name the workload
   * @throws UsageError if stderr is no terminal
   */
  constructor(terminal: Terminal, name: string) {
    if (!terminal.errIsTerminal) throw new UsageError('--watch draws on a terminal, and stderr is none; use --gctrace for a line for each collection');
    this.frame = new LiveFrame((text) => terminal.err(text));
    this.view = new WatchView(printable(name, LONGEST_NAME), terminal.errWidth ?? USUAL_WIDTH, paint(terminal.errIsColored));
  }

  /** Draws the machine as it is now. */
  show(progress: Progress): void {
    this.frame.show(this.view.linesAt(progress));
  }

  /** Takes a collection into account; it is drawn with the next moment. */
  add(cycle: Pick<Cycle, 'pauseNs' | 'checkpointNs'>): void {
    this.view.add(cycle);
  }

  /** Writes permanent lines above the drawing. */
  log(lines: string): void {
    this.frame.log(lines);
  }

  /** Ends the drawing, which stays as it is. */
  close(): void {
    this.frame.close();
  }
}
