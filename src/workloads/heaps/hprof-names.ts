/** The texts and class names of a Java heap dump. */
import { PRIMITIVES } from './hprof-format.ts';

/** Bytes of a text that are kept. The JVM allows 65,535; no report shows as many. */
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

  /** Returns the name of a class in the JVM's form, such as `java/lang/String` or `[I`; undefined if the file has none. */
  ofClass(classId: number): string | undefined {
    const text = this.classNames.get(classId);
    return text === undefined ? undefined : this.texts.get(text);
  }
}

const ELEMENTS: ReadonlyMap<string, string> = new Map([
  ['Z', 'boolean'], ['C', 'char'], ['F', 'float'], ['D', 'double'], ['B', 'byte'], ['S', 'short'], ['I', 'int'], ['J', 'long'],
]);

/** Returns the name of the arrays of a primitive type: `byte[]` for 8. */
export function primitiveArrayName(type: number): string {
  return readableName(`[${PRIMITIVES.get(type)?.letter}`);
}

/**
 * Converts the JVM's name of a class to that of Java programs: `[Ljava/lang/String;` becomes
 * `java.lang.String[]`. The name of a hidden class ends in `+0x…` inside the JVM and in `/0x…` outside.
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
