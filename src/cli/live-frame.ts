/** A few lines at the end of a terminal's text that are drawn again in place. */
import { printable } from '../base/printable.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** Lines that are wider than the terminal, as after it was made narrower, must not take two rows. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const CLEAR_DOWN = '\x1b[J';

/** Longest permanent line that is printed whole. */
const LONGEST_LINE = 10_000;

export class LiveFrame {
  private readonly write: (text: string) => void;
  private lines: readonly string[] = [];
  private isOpen = false;

  /** @param write prints on the terminal */
  constructor(write: (text: string) => void) {
    this.write = write;
  }

  /** Replaces the lines. They hold no text from outside that is not yet made safe: colours are allowed. */
  show(lines: readonly string[]): void {
    const begin = this.isOpen ? '' : HIDE_CURSOR;
    this.isOpen = true;
    // One write, so that no half-drawn frame is seen.
    this.write(`${begin}${this.home()}${NO_WRAP}${lines.join('\n')}\n${WRAP}`);
    this.lines = lines;
  }

  /** Writes permanent lines above the frame. */
  log(text: string): void {
    const lines = text.split('\n').map((line) => `${printable(line, LONGEST_LINE)}\n`).join('');
    const { lines: shown } = this;
    const home = this.home();
    this.lines = [];
    this.write(home + lines);
    if (shown.length > 0) this.show(shown);
  }

  /** Ends the drawing: the last frame stays, and the cursor is below it. May be called again. */
  close(): void {
    if (this.isOpen) this.write(SHOW_CURSOR);
    this.isOpen = false;
    this.lines = [];
  }

  /** Moves to the first line of the frame and clears from there. */
  private home(): string {
    return this.lines.length === 0 ? '' : `\x1b[${this.lines.length}F${CLEAR_DOWN}`;
  }
}
