/** multithreading asks `navigator` for the number of processors while it loads; Node 20 has no `navigator`. */
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { hardwareConcurrency: 1 } });
