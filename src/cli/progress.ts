/** One line on stderr that says how far things are, where somebody watches it. */
import type { Terminal } from './deps.ts';

const CLEAR_LINE = '\r\x1b[K';
const WIDTH = 79;

export class Progress {
  private readonly terminal: Terminal;
  private shown = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Replaces what the line says. */
  show(text: string): void {
    if (!this.terminal.errIsTerminal) return;
    this.shown = text.slice(0, WIDTH);
    this.terminal.err(CLEAR_LINE + this.shown);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.shown === '') return;
    this.shown = '';
    this.terminal.err(CLEAR_LINE);
  }

  /** Writes a line to stderr that stays, above this one. */
  log(line: string): void {
    const shown = this.shown;
    this.clear();
    this.terminal.err(`${line}\n`);
    if (shown !== '') this.show(shown);
  }
}
