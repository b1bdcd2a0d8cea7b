export default ({ newObject, getSlot, setSlot, readMemStats, MEMSTATS_BYTES, memStat, setGCPercent, freeOSMemory, getInt, FLAG_NOSCAN, GOEXIT, fatal }) => {
  const BEFORE = 0; // slots: copies of the statistics
  const AFTER = 1;
  const FRESH = 2;
  const COUNT = 0; // int: objects to allocate

  function run(m, mp, gp) {
    const percent = setGCPercent(m, mp, -1);
    newObject(m, mp, gp, BEFORE, MEMSTATS_BYTES, FLAG_NOSCAN);
    newObject(m, mp, gp, AFTER, MEMSTATS_BYTES, FLAG_NOSCAN);
    readMemStats(m, mp, getSlot(m, gp, BEFORE));
    for (let i = 0; i < getInt(m, gp, COUNT); i++) newObject(m, mp, gp, FRESH, 100, 0);
    readMemStats(m, mp, getSlot(m, gp, AFTER));
    const mallocs = memStat(m, getSlot(m, gp, AFTER), 'Mallocs') - memStat(m, getSlot(m, gp, BEFORE), 'Mallocs');
    if (mallocs !== getInt(m, gp, COUNT)) fatal('MALLOCS_MISCOUNTED', { mallocs });
    setSlot(m, gp, FRESH, 0);
    setGCPercent(m, mp, percent);
    freeOSMemory(m, mp);
    readMemStats(m, mp, getSlot(m, gp, AFTER));
    const idle = memStat(m, getSlot(m, gp, AFTER), 'HeapIdle');
    const released = memStat(m, getSlot(m, gp, AFTER), 'HeapReleased');
    if (released !== idle) fatal('NOT_RELEASED', { idle, released });
    return GOEXIT;
  }

  return {
    name: 'memstats',
    summary: 'counts its own allocations, then gives all memory back',
    params: { count: { default: 10_000, min: 0, max: 100_000, help: 'objects' } },
    needs: () => ({ arenaBytes: 32 << 20, globals: 0, goroutines: 1 }),
    steps: [run],
    main: { pc: 0, slots: 3 },
    args: ({ count }) => [count],
  };
};
