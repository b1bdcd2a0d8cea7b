/** The largest number of threads that can be modelled. */
export const MAX_MODEL_THREADS = 128;
