export default ({ types, typeTable, newObject, newValue, newValues, storeString, storeSlice, storeEface, loadWord, storeWord, loadInt, storeInt, getSlot, getSlotAddress, setSlot, getInt, setInt, FLAG_NOSCAN, fatal, GOEXIT }) => {
  const { struct, pointer, slice, string, eface, int } = types;
  const Message = struct('Message', { next: () => pointer(Message), id: int, body: string, sizes: slice(int), sender: eface });
  const MESSAGE = 0; // numbers in the table below
  const INT = 1;
  const NEXT = 0; // words of a message, as Go lays them out
  const ID = 1;
  const BODY = 2;
  const SIZES = 4;
  const SENDER = 7;
  const TOP = 0; // slots: the messages, the new one, a part of it
  const FRESH = 1;
  const PART = 2;
  const LEFT = 0; // int: rounds left
  const BATCH = 50;

  function receive(m, mp, gp) {
    for (let i = 0; i < BATCH; i++) {
      const message = newValue(m, mp, gp, FRESH, MESSAGE);
      storeInt(m, message, ID, i);
      newObject(m, mp, gp, PART, 32, FLAG_NOSCAN);
      storeString(m, message, BODY, getSlotAddress(m, gp, PART), 32);
      storeSlice(m, message, SIZES, newValues(m, mp, gp, PART, INT, 4), 4, 4);
      storeEface(m, message, SENDER, MESSAGE, getSlot(m, gp, TOP));
      storeWord(m, message, NEXT, getSlot(m, gp, TOP));
      setSlot(m, gp, TOP, message);
    }
    return 1;
  }

  function read(m, mp, gp) {
    for (let i = BATCH - 1; i >= 0; i--) {
      const message = getSlot(m, gp, TOP);
      if (loadInt(m, message, ID) !== i) fatal('MESSAGE_DAMAGED', { at: i });
      setSlot(m, gp, TOP, loadWord(m, message, NEXT));
    }
    setInt(m, gp, LEFT, getInt(m, gp, LEFT) - 1);
    return getInt(m, gp, LEFT) > 0 ? 0 : GOEXIT;
  }

  return {
    name: 'messages',
    summary: 'receives messages with strings, slices and interfaces, and reads them again',
    params: { rounds: { default: 10_000, min: 1, max: 1e9, help: 'times to receive and read' } },
    needs: () => ({ arenaBytes: 8 << 20, globals: 0, goroutines: 1 }),
    types: typeTable(Message, int),
    steps: [receive, read],
    main: { pc: 0, slots: 3 },
    args: ({ rounds }) => [rounds],
  };
};
