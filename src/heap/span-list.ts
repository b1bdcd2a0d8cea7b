/**
 * Doubly linked, circular lists of spans; the head has the same first two words as a span.
 * Source: MSpanList in mheap.c of Go 1.3.
 */
import { OUTER } from '../memory/guardian.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { Span, type SpanRef } from './span.ts';

export type SpanListRef = Ref;

export const SpanList = struct('spanlist', 2, { next: by(OUTER), prev: by(OUTER) });

const { next: NEXT, prev: PREV, list: LIST } = Span.at;

/** Initialises `list` as empty. */
export function spanListInit(m: Mem, list: SpanListRef): void {
  m[list + NEXT] = list;
  m[list + PREV] = list;
}

export function spanListIsEmpty(m: Mem, list: SpanListRef): boolean {
  return m[list + NEXT] === list;
}

/** Inserts `s` at the front, where a search begins. */
export function spanListInsert(m: Mem, list: SpanListRef, s: SpanRef): void {
  insertBetween(m, list, s, list, m[list + NEXT]);
}

/** Inserts `s` at the back, where swept spans are kept. */
export function spanListInsertBack(m: Mem, list: SpanListRef, s: SpanRef): void {
  insertBetween(m, list, s, m[list + PREV], list);
}

/** Removes `s` from its list, if it is on one. */
export function spanListRemove(m: Mem, s: SpanRef): void {
  if (m[s + LIST] === 0) return;
  m[m[s + PREV] + NEXT] = m[s + NEXT];
  m[m[s + NEXT] + PREV] = m[s + PREV];
  m[s + NEXT] = 0;
  m[s + PREV] = 0;
  m[s + LIST] = 0;
}

function insertBetween(m: Mem, list: SpanListRef, s: SpanRef, before: Ref, after: Ref): void {
  if (m[s + LIST] !== 0) fatal('SPAN_ON_TWO_LISTS', { span: s, on: m[s + LIST], to: list });
  m[s + NEXT] = after;
  m[s + PREV] = before;
  m[s + LIST] = list;
  m[before + NEXT] = s;
  m[after + PREV] = s;
}
