/** A heap of random values of random types, and which of its blocks a collector with their types reaches. */
import { xorshift32 } from '../../src/base/random.ts';
import { PTR_TAG, type Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import { HCHAN_WORDS } from '../../src/heap/hchan.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { typeName, type Of, type TypeDecl } from '../../src/heap/type-decl.ts';
import type { TypeTable } from '../../src/heap/type-table.ts';
import { itabOf, typeAt } from '../../src/heap/type.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { newarray, newchan, newobject } from '../../src/malloc/newobject.ts';
import { globalAt } from '../../src/runtime/mutator.ts';
import { bytesOf, given, holdsPointers, innerValues, partsOf, type Part } from './go-layout.ts';
import type { Mode } from './typed-machine.ts';
import { lowOfByte } from '../../src/memory/pointer.ts';

const GLOBALS = 6;
const BLOCKS = 45;
const MOST_BYTES = 20_000;
/** The largest size of a type that such a heap can hold. */
export const MOST_OF_A_TYPE = 4 << 20;

export interface Block {
  readonly ref: Ref;
  readonly words: number;
  /** values of a type; a channel; words of any kind; bytes, never scanned. */
  readonly kind: 'values' | 'chan' | 'untyped' | 'bytes';
  /** The type of the channel, or of the values. */
  readonly type?: TypeDecl;
  /** Whether it may hold pointers: bytes, numbers and channels of them are never scanned. */
  readonly isScanned: boolean;
  /** Every pointer and number of its values, from the block's start. */
  readonly parts: readonly Part[];
  /** Refs of the values within, by the names of their types. */
  readonly inner: ReadonlyMap<string, readonly Ref[]>;
}

/** A heap of random values, with a record of each block. */
export class RandomHeap {
  blocks: Block[] = [];
  private readonly m: Mem;
  private readonly mp: MRef;
  private readonly pw: number;
  private readonly table: TypeTable;
  private readonly usable: readonly TypeDecl[];
  private x: number;

  constructor(m: Mem, mp: MRef, pw: number, table: TypeTable, seed: number) {
    this.m = m;
    this.mp = mp;
    this.pw = pw;
    this.table = table;
    // The buffer of a channel holds up to three elements.
    const blockOf = (type: TypeDecl) => Math.max(bytesOf(type, pw), type.kind === 'chan' ? bytesOf(given(type.of), pw) : 0);
    this.usable = table.types.filter((type) => bytesOf(type, pw) > 0 && blockOf(type) <= MOST_BYTES);
    this.x = seed;
  }

  draw(n: number): number {
    this.x = xorshift32(this.x);
    return this.x % n;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.draw(list.length || 1)];
  }

  allocate(): void {
    const { m, mp, pw } = this;
    while (this.blocks.length < BLOCKS) {
      const kind = this.draw(20);
      const type = this.pick(this.usable);
      if (kind < 2) this.add(mallocgc(m, mp, 16 + this.draw(300), FLAG_NOSCAN), 'bytes');
      else if (kind === 2 || type === undefined) this.add(mallocgc(m, mp, 16 + this.draw(200), 0), 'untyped');
      else if (type.kind === 'chan') this.addChannel(type);
      else {
        const many = kind === 3 ? Math.ceil(40_000 / bytesOf(type, pw)) : 1 + this.draw(4);
        const isRow = kind < 10 && (many < 5 || bytesOf(type, pw) > 200);
        // A pointer-free object below 16 bytes would share its block.
        if (!holdsPointers(type) && bytesOf(type, pw) * (isRow ? many : 1) < 16) continue;
        const at = typeAt(m, this.table.index(type));
        if (isRow) this.add(newarray(m, mp, at, many), 'values', type, many);
        else this.add(newobject(m, mp, at), 'values', type, 1);
      }
    }
  }

  private addChannel(type: TypeDecl & { readonly of: Of }): void {
    const elem = given(type.of);
    const cap = this.draw(4);
    const ref = newchan(this.m, this.mp, typeAt(this.m, this.table.index(type)), cap);
    this.add(ref, 'chan', elem, cap, HCHAN_WORDS);
    this.m[ref + this.pw] = cap;
    const block = this.blocks.pop()!;
    this.blocks.push({ ...block, type });
  }

  private add(ref: Ref, kind: Block['kind'], type?: TypeDecl, n = 0, from = 0): void {
    const step = type === undefined ? 0 : bytesOf(type, this.pw) / 4;
    const parts: Part[] = [];
    const inner = new Map<string, Ref[]>();
    for (let i = 0; type !== undefined && i < n; i++) {
      parts.push(...partsOf(type, this.pw, from + i * step));
      for (const value of innerValues(type, this.pw, ref + from + i * step)) {
        if (bytesOf(value.type, this.pw) === 0 || value.at % this.pw !== 0) continue;
        const name = typeName(value.type);
        inner.set(name, [...(inner.get(name)?.slice(-50) ?? []), value.at]);
      }
    }
    const s = spanOf(this.m, ref);
    const isScanned = kind === 'untyped' || (kind !== 'bytes' && n > 0 && holdsPointers(type!));
    // The requested size of a large block: as in Go, a pointer to the rest of its last page keeps nothing alive.
    const words = Math.min(this.m[s + Span.at.elemsize] >>> 2, this.m[s + Span.at.limit] - ref);
    this.blocks.push({ ref, words, kind, type, isScanned, parts, inner });
  }

  /** Gives every pointer and number of every block a value. */
  link(): void {
    for (const block of this.blocks) {
      if (block.kind === 'untyped') for (let i = 0; i < block.words; i += this.pw) this.put(block.ref + i, this.draw(2) === 0 ? 0 : this.anywhere());
      if (block.kind === 'chan') for (let i = 0; i < HCHAN_WORDS; i += this.pw) if (i !== this.pw) this.put(block.ref + i, this.anywhere());
      for (const part of block.parts) this.fill(part, block.ref + part.at);
    }
    for (let i = 0; i < GLOBALS; i++) this.put(globalAt(this.m, i), this.draw(3) === 0 ? 0 : this.anywhere());
  }

  private put(at: Ref, address: number): void {
    this.m[at] = lowOfByte(this.m, address);
    if (this.pw === 2) this.m[at + 1] = address === 0 && this.draw(2) === 0 ? 0 : PTR_TAG;
  }

  /** Returns the address of a random byte of a random block. */
  private anywhere(): number {
    const block = this.pick(this.blocks)!;
    return (block.ref << 2) + (this.draw(2) === 0 ? 0 : this.draw(block.words * 4));
  }

  /** Returns a random value of `type`, or nil. */
  private valueOf(type: TypeDecl): number {
    const name = typeName(type);
    const holders = this.blocks.filter(({ inner }) => inner.has(name));
    const at = holders.length === 0 || this.draw(6) === 0 ? 0 : this.pick(this.pick(holders)!.inner.get(name)!)!;
    return at << 2;
  }

  private fill(part: Part, at: Ref): void {
    const { m, pw } = this;
    switch (part.kind) {
      case 'pointer':
      case 'map':
        this.put(at, bytesOf(part.type!, pw) === 0 ? this.anywhere() : this.valueOf(part.type!));
        return;
      case 'any':
      case 'number':
        this.put(at, this.draw(4) === 0 ? 0 : this.anywhere());
        return;
      case 'chan':
        this.put(at, (this.pick(this.blocks.filter(({ kind, type }) => kind === 'chan' && typeName(type!) === typeName(part.type!)))?.ref ?? 0) << 2);
        return;
      case 'slice': {
        const cap = this.draw(3);
        this.put(at, cap === 0 || bytesOf(part.type!, pw) === 0 ? this.anywhere() : this.valueOf(part.type!));
        m[at + pw] = 0;
        m[at + 2 * pw] = cap;
        return;
      }
      case 'string': {
        const length = this.draw(3);
        const bytes = this.pick(this.blocks.filter(({ kind }) => kind === 'bytes'));
        this.put(at, length === 0 ? this.anywhere() : bytes === undefined ? 0 : (bytes.ref << 2) + this.draw(bytes.words * 4));
        m[at + pw] = length;
        return;
      }
      default:
        this.fillInterface(part, at);
    }
  }

  private fillInterface(part: Part, at: Ref): void {
    const { m, pw, table } = this;
    const type = this.pick(table.types)!;
    const of = type.kind === 'pointer' ? given(type.to) : type;
    if (this.draw(4) === 0) {
      this.put(at, 0);
      this.put(at + pw, this.anywhere());
      return;
    }
    const descriptor = typeAt(m, table.index(type));
    this.put(at, (part.kind === 'eface' ? descriptor : itabOf(descriptor)) << 2);
    this.put(at + pw, type.kind === 'unsafePointer' || bytesOf(of, pw) === 0 ? this.anywhere() : this.valueOf(of));
  }

  /** Returns the blocks that a collector with the type information of `mode` reaches. */
  reachable(mode: Mode): Set<Block> {
    const reached = new Set<Block>();
    const todo: Block[] = [];
    const visit = (at: Ref) => {
      const block = this.blockOf(at);
      if (block === undefined || reached.has(block)) return;
      reached.add(block);
      todo.push(block);
    };
    for (let i = 0; i < GLOBALS; i++) visit(globalAt(this.m, i));
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      if (!block.isScanned) continue;
      if (mode === 'none' || block.kind === 'untyped') for (let i = 0; i < block.words; i += this.pw) visit(block.ref + i);
      else for (const part of block.parts) this.visitPart(part, block.ref + part.at, mode, visit);
    }
    return reached;
  }

  private visitPart({ kind, type }: Part, at: Ref, mode: Mode, visit: (at: Ref) => void): void {
    const { m, pw } = this;
    if (kind === 'number') return;
    if (kind === 'eface' || kind === 'iface') {
      if (mode === 'heapbits' || m[at] !== 0) visit(at + pw);
      return;
    }
    const isUnused = (kind === 'string' && m[at + pw] === 0) || (kind === 'slice' && m[at + 2 * pw] === 0 && bytesOf(type!, pw) > 0);
    if (mode === 'heapbits' || !isUnused) visit(at);
  }

  /** Returns the block that the word at `at` points at or into, if it looks like a pointer. */
  private blockOf(at: Ref): Block | undefined {
    if (this.pw === 2 && this.m[at + 1] !== PTR_TAG) return undefined;
    const p = this.m[at] >>> 2;
    return this.blocks.find(({ ref, words }) => p >= ref && p < ref + words);
  }
}
