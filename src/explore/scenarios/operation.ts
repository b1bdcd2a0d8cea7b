/** An instruction to a thread, which the scenario's program interprets: a name and its numbers. */
export type Operation = readonly [name: string, ...args: number[]];
/** By thread, its operations in order. Shrinking leaves out any of them. */
export type Operations = readonly (readonly Operation[])[];
