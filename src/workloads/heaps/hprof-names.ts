/** Texts and class names of a Java heap dump. */
import { PRIMITIVES } from './hprof-format.ts';

/** Characters of a text that are kept; the JVM allows 65,535, and no report shows so many. */
export const KEPT_TEXT = 512;

export class HprofNames {
  private readonly texts = new Map<number, string>();
  private readonly classNames = new Map<number, number>();

  addText(id: number, text: string): void {
    this.texts.set(id, text);
  }

  addClass(classId: number, textId: number): void {
    this.classNames.set(classId, textId);
  }

  text(id: number): string | undefined {
    return this.texts.get(id);
  }

  /** The name of a class in the JVM's form, such as `java/lang/String` or `[I`; undefined if the file doesn't tell. */
  ofClass(classId: number): string | undefined {
    const text = this.classNames.get(classId);
    return text === undefined ? undefined : this.texts.get(text);
  }
}

const ELEMENTS: ReadonlyMap<string, string> = new Map([
  ['Z', 'boolean'], ['C', 'char'], ['F', 'float'], ['D', 'double'], ['B', 'byte'], ['S', 'short'], ['I', 'int'], ['J', 'long'],
]);

/** The name of the arrays of a primitive type: `byte[]` for 8. */
export function primitiveArrayName(type: number): string {
  return readableName(`[${PRIMITIVES.get(type)?.letter}`);
}

/**
 * A class's name as Java programs write it: `[Ljava/lang/String;` is `java.lang.String[]`. A hidden
 * class's name ends in `+0x…` inside the JVM and in `/0x…` outside.
 */
export function readableName(name: string): string {
  const dimensions = /^\[*/.exec(name)?.[0].length ?? 0;
  if (dimensions === 0) return dotted(name);
  const element = name.slice(dimensions);
  const readable = element.startsWith('L') && element.endsWith(';') ? dotted(element.slice(1, -1)) : ELEMENTS.get(element) ?? element;
  return readable + '[]'.repeat(dimensions);
}

function dotted(name: string): string {
  return name.replaceAll('/', '.').replace(/\+(?=0x[0-9a-f]+$)/, '/');
}
