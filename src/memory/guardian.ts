/**
 * Guardians: the rule by which Ms may touch a field of a shared record. Each field declares
 * one. The monitors of exploration read the type; `note` is documentation and appears, after
 * the rule itself, in docs/memory-map.md.
 */
import type { LockName } from './lock-order.ts';

/** The readers of a guarded field: the lock holder only; racyLoad as well, without the lock; Atomics.load too; or any M. */
export type Reads = 'locked' | 'racy' | 'atomic' | 'free';

/**
 * An owner, by the record that it owns: an M or P its own record; the M that runs a goroutine
 * the G; the M that sweeps, caches or has just obtained a span the span; the M that popped or
 * made a workbuf the workbuf; the M that waits in a queue its SudoG before it is queued.
 */
export type Owner = 'M' | 'P' | 'G' | 'span' | 'workbuf' | 'collector' | 'thread';

export type Guardian =
  /** Written with the lock held or the world stopped. */
  | {
      readonly kind: 'lock';
      readonly lock: LockName;
      readonly reads: Reads;
      /** The field of the same record that refers to the record with the lock. */
      readonly via?: string;
      /** False if no lock guards the field in a stack span. */
      readonly onStacks: boolean;
      readonly note: string;
    }
  /** The lock of the list that the span is on. */
  | { readonly kind: 'listLock' }
  /** The guardian of the field that contains this record. */
  | { readonly kind: 'outer' }
  | { readonly kind: 'owner'; readonly owner: Owner; readonly note: string }
  /** Atomics only. */
  | { readonly kind: 'atomic'; readonly note: string }
  /** Written before the first M runs, constant after. */
  | { readonly kind: 'boot' }
  /** Written while the record is made and no other M can reach it, constant after. */
  | { readonly kind: 'creation'; readonly note: string }
  /** Written with the world stopped. */
  | { readonly kind: 'stoppedWorld'; readonly note: string }
  /** Ordered by a protocol that `note` describes. */
  | { readonly kind: 'protocol'; readonly note: string }
  /** The fields of the record in it say. */
  | { readonly kind: 'parts' }
  | { readonly kind: 'unused' };

export const BOOT: Guardian = { kind: 'boot' };
export const LIST_LOCK: Guardian = { kind: 'listLock' };
export const OUTER: Guardian = { kind: 'outer' };
export const PARTS: Guardian = { kind: 'parts' };
export const UNUSED: Guardian = { kind: 'unused' };

/**
 * Guards a field by `lock`: the lock holder, or an M in a stopped world, writes and reads it.
 * @param options.reads `racy` also allows racyLoad without the lock; `atomic` racyLoad and Atomics.load; `free` any load
 * @param options.via the field that refers to the record with the lock, if neither this one nor the segment has it
 * @param options.onStacks false: the lock does not guard the field of a stack span
 * @param options.note why other reads are right
 */
export function guardedBy(lock: LockName, options: { readonly reads?: Reads; readonly via?: string; readonly onStacks?: boolean; readonly note?: string } = {}): Guardian {
  return { kind: 'lock', lock, reads: 'locked', onStacks: true, note: '', ...options };
}

/** Guards a field by the owner of its record. */
export function ownedBy(owner: Owner, note = ''): Guardian {
  return { kind: 'owner', owner, note };
}

/** Guards a field by its record's creation; `note` names the creation if it isn't obvious. */
export function atCreation(note = ''): Guardian {
  return { kind: 'creation', note };
}

/** Guards a field by the stopped world; `note` says which M writes it. */
export function stoppedWorld(note = ''): Guardian {
  return { kind: 'stoppedWorld', note };
}

/** Guards a field by a protocol that only `note` describes; no monitor checks it. */
export function protocol(note: string): Guardian {
  return { kind: 'protocol', note };
}

const OWNERS: Readonly<Record<Owner, string>> = {
  M: 'this M',
  P: "this P's M",
  G: "the M that runs the goroutine; while it is queued, the queue's guardian",
  span: 'the M that caches, sweeps or has just obtained the span; else mheap.lock',
  workbuf: 'the M that holds the buffer',
  collector: 'the collecting M, world stopped',
  thread: 'the thread that owns the record',
};

const READS: Readonly<Record<Reads, string>> = { locked: '', racy: 'racyLoad reads it without the lock', atomic: 'racyLoad and Atomics.load read it without the lock', free: 'read without the lock' };

/** Describes `guardian` in English, for docs/memory-map.md. */
export function describeGuardian(guardian: Guardian): string {
  switch (guardian.kind) {
    case 'lock':
      return join(guardian.via === undefined ? guardian.lock : `${guardian.lock} of \`${guardian.via}\``, guardian.onStacks ? '' : 'in a stack span, its owner', READS[guardian.reads], guardian.note);
    case 'listLock':
      return 'lock of the list that the span is on';
    case 'outer':
      return 'guardian of the record that it is part of';
    case 'owner':
      return join(OWNERS[guardian.owner], guardian.note);
    case 'atomic':
      return join('atomic', guardian.note);
    case 'boot':
      return 'constant since boot';
    case 'creation':
      return join('constant since its creation', guardian.note);
    case 'stoppedWorld':
      return join('world stopped', guardian.note);
    case 'protocol':
      return guardian.note;
    case 'parts':
      return 'see its record';
    case 'unused':
      return 'unused';
  }
}

function join(rule: string, ...notes: readonly string[]): string {
  return [rule, ...notes.filter((note) => note !== '')].join('; ');
}
