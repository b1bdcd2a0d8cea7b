/**
 * Instances that precede their classes in a Java heap dump, as Android writes them. Their layout is
 * not known yet, so their bytes are kept until all classes are known.
 */
import { GrowableUint32 } from './growable.ts';
import { PointerList, addressAt } from './go-dump-pointers.ts';

const PAGE_BYTES = 1 << 20;

export interface LateInstance {
  readonly id: number;
  readonly classNumber: number;
  /** The bytes of its fields. */
  readonly fields: Uint8Array;
}

export class LateInstances {
  private readonly ids = new PointerList();
  private readonly classNumbers = new GrowableUint32();
  private readonly lengths = new GrowableUint32();
  /** Pages of field bytes. No instance spans two of them. */
  private readonly pages: Uint8Array[] = [];
  private used = 0;

  /** Adds an instance with a copy of `fields`. */
  add(id: number, classNumber: number, fields: Uint8Array): void {
    this.ids.pushAddress(id);
    this.classNumbers.push(classNumber);
    this.lengths.push(fields.length);
    let page = this.pages.at(-1);
    if (page === undefined || page.length - this.used < fields.length) {
      page = new Uint8Array(Math.max(PAGE_BYTES, fields.length));
      this.pages.push(page);
      this.used = 0;
    }
    page.set(fields, this.used);
    this.used += fields.length;
  }

  /** Yields all instances in the file's order and removes them. */
  *take(): Generator<LateInstance> {
    const ids = this.ids.finish();
    const classNumbers = this.classNumbers.finish();
    const lengths = this.lengths.finish();
    let at = 0;
    for (let i = 0; i < lengths.length; i++) {
      if (this.pages[0].length - at < lengths[i]) {
        this.pages.shift();
        at = 0;
      }
      yield { id: addressAt(ids, i), classNumber: classNumbers[i], fields: this.pages[0].subarray(at, at + lengths[i]) };
      at += lengths[i];
    }
  }
}
