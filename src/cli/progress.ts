/** A line of progress on stderr, if stderr is a terminal. */
import { printable } from '../base/printable.ts';
import type { Terminal } from './deps.ts';

const CLEAR_LINE = '\r\x1b[K';
/** Width of a terminal that doesn't report its width. */
const USUAL_WIDTH = 80;
/** Longest permanent line that is printed whole. */
const LONGEST_LINE = 10_000;
/** Milliseconds between lines of progress if stderr is not a terminal, so that a log shows that work goes on. */
const SILENCE_MS = 30_000;

export class Progress {
  private readonly terminal: Terminal;
  private readonly now: () => number;
  private readonly width: number;
  private shown = '';
  private lastLine: number;

  /** @param now milliseconds */
  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.terminal = terminal;
    this.now = now;
    this.width = (terminal.errWidth ?? USUAL_WIDTH) - 1;
    this.lastLine = now();
  }

  /** Replaces the text of the line. */
  show(text: string): void {
    this.terminal.doing = text;
    if (!this.terminal.errIsTerminal) return this.showSeldom(text);
    this.shown = printable(text, this.width);
    this.terminal.err(CLEAR_LINE + this.shown);
  }

  /** Removes the line. */
  clear(): void {
    if (this.shown === '') return;
    this.shown = '';
    this.terminal.err(CLEAR_LINE);
  }

  /** Writes permanent lines to stderr, above the line of progress. */
  log(lines: string): void {
    const shown = this.shown;
    this.clear();
    this.lastLine = this.now();
    for (const line of lines.split('\n')) this.terminal.err(`${printable(line, LONGEST_LINE)}\n`);
    if (shown !== '') this.show(shown);
  }

  private showSeldom(text: string): void {
    const now = this.now();
    if (now - this.lastLine < SILENCE_MS) return;
    this.lastLine = now;
    this.terminal.err(`${printable(text)}\n`);
  }
}
