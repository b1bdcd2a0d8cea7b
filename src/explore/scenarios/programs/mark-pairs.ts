/**
 * A mark phase with types: two binary trees of nodes that begin with two pointers, and a chain of objects that begin with one pointer and a
 * number. Between them lies garbage. The numbers look like pointers to it, and some pointers are to a byte in the middle of a node's first word.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { storePointer } from '../../../memory/pointer.ts';
import { int, pointer, struct, type TypeDecl } from '../../../heap/type-decl.ts';
import { typeTable } from '../../../heap/type-table.ts';
import { typeAt } from '../../../heap/type.ts';
import { writeAddress } from '../../../heap/write-pointer.ts';
import type { MRef } from '../../../machine/m.ts';
import { newobject } from '../../../malloc/newobject.ts';
import { dataAt, globalAt, storeWord } from '../../../runtime/mutator.ts';
import { setUpMark } from './set-up-mark.ts';

const node: TypeDecl = struct('Node', { left: () => pointer(node), right: () => pointer(node), key: int, value: int });
const link: TypeDecl = struct('Link', { next: () => pointer(link), number: int, key: int, value: int });
export const PAIRS_TYPES = typeTable(node, link);
const TYPE = { node: 0, link: 1 } as const;
const NODES = 14;
const LINKS = 5;
export const PAIRS_REACHABLE = NODES + LINKS;
/** The pointer to every fourth node is to the second byte of it. */
const UNALIGNED = 4;
const WORD_BYTES = 4;

/** Allocates the objects, sets the roots, and starts the mark. Returns the reachable objects, then the garbage. */
export function buildMarkPairs(m: Mem, m0: MRef): Ref[] {
  const reachable: Ref[] = [];
  const garbage: Ref[] = [];
  for (let i = 0; i < PAIRS_REACHABLE; i++) {
    garbage.push(newobject(m, m0, typeAt(m, TYPE.node)));
    reachable.push(newobject(m, m0, typeAt(m, i < NODES ? TYPE.node : TYPE.link)));
  }
  for (let i = 0; i < NODES; i++) {
    for (let k = 0; k < 2; k++) {
      const child = 2 * i + 2 + k;
      if (child < NODES) pointTo(m, reachable[i], k, reachable[child], child % UNALIGNED === 0);
    }
  }
  for (let i = NODES; i < PAIRS_REACHABLE; i++) {
    if (i + 1 < PAIRS_REACHABLE) storeWord(m, reachable[i], 0, reachable[i + 1]);
    storeWord(m, reachable[i], 1, garbage[i]);
  }
  storePointer(m, dataAt(m, 0), reachable[0]);
  storePointer(m, globalAt(m, 0), reachable[NODES]);
  storePointer(m, globalAt(m, 1), reachable[1]);
  setUpMark(m);
  return [...reachable, ...garbage];
}

function pointTo(m: Mem, from: Ref, slot: number, to: Ref, inside: boolean): void {
  if (inside) writeAddress(m, from + 2 * slot, to * WORD_BYTES + 1);
  else storeWord(m, from, slot, to);
}
