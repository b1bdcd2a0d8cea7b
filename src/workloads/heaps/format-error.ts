import { EXIT, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';

/**
 * A heap file is damaged, cut off or of another kind. The message is one sentence that names
 * the file, what is wrong and where. It is the user's file and not the collector that is at
 * fault, hence the exit code 2.
 */
export class HeapFormatError extends UsageError {
  override readonly exitCode = EXIT.usage;

  constructor(file: string, problem: string) {
    super(`${printable(file)}: ${problem}`);
    this.name = 'HeapFormatError';
  }
}
