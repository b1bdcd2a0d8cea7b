/** Workers receive jobs on one channel and send results on another. A third channel stops the source of jobs. */
export default (api) => {
  const { makechan, chansend, chanrecv, chanok, chanclose, select, sendCase, recvCase } = api;
  const { newObject, getSlot, setSlot, storeInt, loadInt, getInt, setInt, prepare, start, ptrWords, fatal, GOEXIT } = api;

  // Slots: the channels, then the job or result.
  const JOBS = 0;
  const RESULTS = 1;
  const QUIT = 2;
  const IT = 3;
  // Ints.
  const LEFT = 0;
  const SUM = 1;
  const TOTAL = 2;
  const WORKERS = 4;

  const BEGIN = 0;
  const COLLECT = 1;
  const ADD = 2;
  const OFFER = 3;
  const SENT = 4;
  const TAKE = 5;
  const WORK = 6;
  const STOP = 7;

  function begin(m, mp, gp) {
    const word = ptrWords(m) * 4;
    makechan(m, mp, gp, JOBS, word, 0, 0);
    makechan(m, mp, gp, RESULTS, word, 8, 0);
    makechan(m, mp, gp, QUIT, 0, 0, 0);
    for (let i = 0; i <= WORKERS; i++) {
      const helper = prepare(m, mp, gp, i === WORKERS ? OFFER : TAKE, 4);
      for (const slot of [JOBS, RESULTS, QUIT]) setSlot(m, helper, slot, getSlot(m, gp, slot));
      start(m, mp, helper);
    }
    setInt(m, gp, TOTAL, getInt(m, gp, LEFT));
    return COLLECT;
  }

  // The main goroutine adds up results until it has enough.
  function collect(m, mp, gp) {
    return chanrecv(m, mp, gp, getSlot(m, gp, RESULTS), IT, ADD);
  }

  function add(m, mp, gp) {
    setInt(m, gp, SUM, getInt(m, gp, SUM) + loadInt(m, getSlot(m, gp, IT), 0));
    setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
    if (getInt(m, gp, LEFT) > 0) return COLLECT;
    chanclose(m, mp, gp, getSlot(m, gp, QUIT));
    if (getInt(m, gp, SUM) < getInt(m, gp, TOTAL)) fatal('TOO_LITTLE', { sum: getInt(m, gp, SUM) });
    return GOEXIT;
  }

  // One goroutine sends jobs until it receives from the stop channel.
  const OFFER_OR_QUIT = [sendCase(JOBS, IT, SENT), recvCase(QUIT, IT, STOP)];

  function offer(m, mp, gp) {
    storeInt(m, newObject(m, mp, gp, IT, 32, 0), 0, 1 + (getInt(m, gp, LEFT) % 10));
    return select(m, mp, gp, OFFER_OR_QUIT);
  }

  function sent(m, mp, gp) {
    setInt(m, gp, LEFT, getInt(m, gp, LEFT) + 1);
    return OFFER;
  }

  // The other goroutines square them.
  function take(m, mp, gp) {
    return chanrecv(m, mp, gp, getSlot(m, gp, JOBS), IT, WORK);
  }

  function work(m, mp, gp) {
    if (!chanok(m, gp)) return GOEXIT;
    const n = loadInt(m, getSlot(m, gp, IT), 0);
    storeInt(m, newObject(m, mp, gp, IT, 16, 0), 0, n * n);
    return chansend(m, mp, gp, getSlot(m, gp, RESULTS), IT, TAKE);
  }

  // Closing the channel of jobs ends the workers.
  function stop(m, mp, gp) {
    chanclose(m, mp, gp, getSlot(m, gp, JOBS));
    return GOEXIT;
  }

  return {
    name: 'channels',
    summary: 'workers that take jobs from one channel and send results on another',
    params: { jobs: { default: 20_000, min: 1, max: 1e9, help: 'results to wait for' } },
    needs: () => ({ arenaBytes: 8 << 20, globals: 0, goroutines: WORKERS + 2 }),
    steps: [begin, collect, add, offer, sent, take, work, stop],
    main: { pc: BEGIN, slots: 4 },
    args: ({ jobs }) => [jobs],
  };
};
