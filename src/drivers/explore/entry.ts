/** What the exploration build makes into coroutines: all that a scenario may call. */
export * from '../../sync/lfstack.ts';
export * from '../../sync/lock.ts';
export * from '../../sync/note.ts';
export * from '../../sync/os.ts';
export * from '../../sync/semaphore.ts';
