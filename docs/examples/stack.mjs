export default ({ newObject, getSlot, setSlot, loadWord, storeWord, storeInt, loadInt, getInt, setInt, fatal, GOEXIT }) => {
  const TOP = 0; // slot: the stack
  const NODE = 1; // slot: the new node
  const LEFT = 0; // int: rounds left
  const BATCH = 100;

  function push(m, mp, gp) {
    for (let i = 0; i < BATCH; i++) {
      const node = newObject(m, mp, gp, NODE, 24, 0);
      storeWord(m, node, 0, getSlot(m, gp, TOP));
      storeInt(m, node, 1, i);
      setSlot(m, gp, TOP, node);
    }
    return 1;
  }

  function pop(m, mp, gp) {
    for (let i = BATCH - 1; i >= 0; i--) {
      const node = getSlot(m, gp, TOP);
      if (loadInt(m, node, 1) !== i) fatal('STACK_DAMAGED', { at: i });
      setSlot(m, gp, TOP, loadWord(m, node, 0));
    }
    setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
    return getInt(m, gp, LEFT) > 0 ? 0 : GOEXIT;
  }

  return {
    name: 'stack',
    summary: 'pushes nodes on a linked stack and pops them again',
    params: { rounds: { default: 10_000, min: 1, max: 1e9, help: 'times to fill and empty the stack' } },
    needs: () => ({ arenaBytes: 8 << 20, globals: 0, goroutines: 1 }),
    steps: [push, pop],
    main: { pc: 0, slots: 2 },
    args: ({ rounds }) => [rounds],
  };
};
