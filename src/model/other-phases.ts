/** The phases besides marking that can be modelled: a sweep, allocation, and stopping the world. */
export const OTHER_PHASES = ['sweep', 'alloc', 'stw'] as const;
export type OtherPhase = (typeof OTHER_PHASES)[number];
