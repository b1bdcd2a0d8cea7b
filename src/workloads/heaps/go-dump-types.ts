/**
 * The types and itabs of a dump. They tell which interfaces hold pointers and, in format 1.3, the
 * pointers of objects. A dump may describe a type twice; the first description counts.
 */
import { FIELD } from './go-dump-format.ts';
import type { FieldList, TypeFacts } from './go-dump-fields.ts';

export interface GoType {
  readonly name: string;
  readonly size: number;
  /** Whether an interface with a value of this type holds a pointer. */
  readonly holdsPointer: boolean;
  /** Format 1.3: its pointer fields. */
  readonly fields: FieldList | undefined;
}

export class TypeTable implements TypeFacts {
  private readonly types = new Map<number, GoType>();
  /** By itab: whether interfaces with it hold a pointer (format 1.3), or the address of its type. */
  private readonly itabs = new Map<number, boolean | { readonly type: number }>();

  get typeCount(): number {
    return this.types.size;
  }

  get itabCount(): number {
    return this.itabs.size;
  }

  addType(address: number, type: GoType): void {
    if (!this.types.has(address)) this.types.set(address, type);
  }

  addItab(address: number, meaning: boolean | { readonly type: number }): void {
    if (!this.itabs.has(address)) this.itabs.set(address, meaning);
  }

  typeAt(address: number): GoType | undefined {
    return this.types.get(address);
  }

  holdsPointer(kind: number, low: number, high: number): boolean | undefined {
    const address = high * 2 ** 32 + low;
    if (kind === FIELD.eface) return this.types.get(address)?.holdsPointer;
    const itab = this.itabs.get(address);
    return typeof itab === 'object' ? this.types.get(itab.type)?.holdsPointer : itab;
  }
}
