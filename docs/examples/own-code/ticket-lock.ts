/** A lock that threads acquire in the order in which they asked for it. */
export class TicketLock {
  /** The next ticket, and the ticket that is being served. */
  protected readonly tickets = new Int32Array(new SharedArrayBuffer(8));

  protected takeTicket(): number {
    return Atomics.add(this.tickets, 0, 1);
  }

  lock(): void {
    const mine = this.takeTicket();
    while (Atomics.load(this.tickets, 1) !== mine);
  }

  unlock(): void {
    Atomics.add(this.tickets, 1, 1);
  }
}

/** The same with a bug: two threads may take one ticket. */
export class CarelessTicketLock extends TicketLock {
  protected override takeTicket(): number {
    return this.tickets[0]++;
  }
}
