import { EXIT, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';

/**
 * The error for a heap file that is damaged, truncated or of another format. The message is one
 * sentence that names the file, the fault and its place. The file is at fault and not the collector,
 * hence exit code 2.
 */
export class HeapFormatError extends UsageError {
  override readonly exitCode = EXIT.usage;

  constructor(file: string, problem: string) {
    super(`${printable(file)}: ${problem}`);
    this.name = 'HeapFormatError';
  }
}
