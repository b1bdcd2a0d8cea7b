/** The program with all its commands declared, as docs describe it. */
import type { Command } from 'commander';
import { createProgram } from '../program.ts';
import { realDeps } from '../real-deps.ts';

/** Columns of a help text in which no example is wrapped. */
const WIDE = 400;

export interface DocumentedProgram {
  readonly program: Command;
  /** Returns the complete help of a command, without wrapped lines. */
  helpOf(command: Command): string;
}

export async function documentedProgram(): Promise<DocumentedProgram> {
  let text = '';
  const deps = realDeps({ streams: { outIsTerminal: false, errIsTerminal: false }, doing: () => {}, signal: new AbortController().signal, isInterrupted: () => false });
  const { program, declareAll } = createProgram({ ...deps, terminal: { ...deps.terminal, outWidth: WIDE, out: (part) => void (text += part) } });
  await declareAll();
  return {
    program,
    helpOf(command) {
      text = '';
      command.outputHelp();
      return text;
    },
  };
}
