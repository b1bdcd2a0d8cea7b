/**
 * stdout and stderr as they are. Text is written at once: an error comes where the text was
 * written, and a thread that waits for a slow reader has lost nothing when it is ended.
 */
import { OutputError } from '../base/fatal.ts';
import { reasonOf } from '../base/system-error.ts';
import { writeFully } from '../base/write-fully.ts';
import { widthOf } from './width.ts';
import type { Terminal } from './deps.ts';

/** What the thread that owns the streams has found out of them. */
export interface StreamFacts {
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Of the terminal; undefined where there is none, or it doesn't say. */
  readonly outColumns?: number;
  readonly errColumns?: number;
}

/** stdout's reader, as `head`, has seen enough: no error, but no reason to go on. */
export class ReaderGone extends Error {
  constructor() {
    super('the reader of stdout has closed it');
    this.name = 'ReaderGone';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** @param onDoing is told what is under way */
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
        // There is nowhere to say so now, and the results are still wanted.
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
    outWidth: widthOf(env, facts.outIsTerminal ? facts.outColumns : undefined),
    errWidth: widthOf(env, facts.errColumns),
  };
}

/** NO_COLOR and FORCE_COLOR as everywhere; else as the stream is a terminal that shows them. */
function isColored(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: Env): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true;
  return isTerminal && TERM !== 'dumb';
}
