/** The interface of a heap importer: a reader of one file format. */
import type { HeapImage } from './image.ts';

/** Bytes that `matches` sees of a file; fewer of a shorter file. */
export const HEAD_BYTES = 16;

export interface HeapImporter {
  /** The format's name in messages and help, without an article: "Go heap dump". */
  readonly format: string;
  /** Usual file extensions, with the dot. Help shows them; a file is recognised by its content alone. */
  readonly extensions: readonly string[];
  /** Labels of the root kinds that this importer counts in `facts.roots`, in the order of reports. */
  readonly rootLabels: Readonly<Record<string, string>>;
  /** Reports whether a file that begins with `head` has this format. */
  matches(head: Uint8Array): boolean;
  /**
   * Reads a heap from the unzipped bytes of a file.
   * @throws HeapFormatError for a damaged file
   */
  read(source: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<HeapImage>;
}

export interface ImportOptions {
  /** The heap's name in reports and messages. */
  readonly name: string;
  /** Reads all bytes again. Missing if the source can be read only once, as a pipe. */
  readonly again?: () => AsyncIterable<Uint8Array>;
  /** Whether to keep the labels of the image. */
  readonly labels?: boolean;
}
