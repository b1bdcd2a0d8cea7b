/**
 * The real stdout and stderr. Writes are synchronous: an error is thrown by the write that caused it,
 * and a thread that is terminated while it waits for a slow reader has lost no text.
 */
import { OutputError } from '../base/fatal.ts';
import { reasonOf } from '../base/system-error.ts';
import { writeFully } from '../base/write-fully.ts';
import { widthOf } from './width.ts';
import type { Chart } from '../report/speedup-bar.ts';
import type { Terminal } from './deps.ts';

/** Facts of the streams, which the main thread owns. */
export interface StreamFacts {
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal; undefined if stdout is not a terminal, or the width is unknown. */
  readonly outColumns?: number;
  readonly errColumns?: number;
}

/** The reader of stdout, such as `head`, has closed it. This ends the command without an error. */
export class ReaderGone extends Error {
  constructor() {
    super('the reader of stdout has closed it');
    this.name = 'ReaderGone';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** Returns the terminal. @param onDoing hears of each new step of the work */
export function realTerminal(facts: StreamFacts, env: Env, onDoing: (text: string) => void = () => {}, write = writeFully): Terminal {
  let lost: string | undefined;
  let doing = '';
  return {
    out(text) {
      try {
        write(1, text);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') throw new ReaderGone();
        throw new OutputError(`stdout can't be written: ${reasonOf(error)}`);
      }
    },
    err(text) {
      if (lost !== undefined) return;
      try {
        write(2, text);
      } catch (error) {
        // Keep going for the results: runCli reports the loss at the end.
        lost = `stderr can't be written: ${reasonOf(error)}`;
      }
    },
    get errLost() {
      return lost;
    },
    get doing() {
      return doing;
    },
    set doing(text) {
      doing = text;
      onDoing(text);
    },
    errIsTerminal: facts.errIsTerminal && env.TERM !== 'dumb',
    outIsColored: isColored(facts.outIsTerminal, env),
    errIsColored: isColored(facts.errIsTerminal, env),
    outChart: facts.outIsTerminal ? chartOf(env) : undefined,
    outWidth: widthOf(env, facts.outIsTerminal ? facts.outColumns : undefined),
    errWidth: widthOf(env, facts.errColumns),
  };
}

/** Returns what the terminal can draw with: Unicode if the locale says so, or Windows Terminal does; nothing on a dumb one. */
function chartOf({ TERM, LC_ALL, LC_CTYPE, LANG, WT_SESSION }: Env): Chart | undefined {
  if (TERM === 'dumb') return undefined;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((each) => each !== undefined && each !== '') ?? '';
  return /utf-?8/i.test(locale) || WT_SESSION !== undefined ? 'unicode' : 'ascii';
}

/** Whether to use colours: as NO_COLOR or FORCE_COLOR says, else if the stream is a terminal with colours. */
function isColored(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: Env): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true;
  return isTerminal && TERM !== 'dumb';
}
