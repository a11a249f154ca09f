// The duration of faults, and the load during them: full with `--full` (`npm run test:faults`), otherwise less (`npm test`).

export const isFull: boolean = process.argv.includes('--full');

export const lengths: Readonly<Record<'etcdGoneMs' | 'controllersGoneMs' | 'pausedMs' | 'settleMs', number>> = isFull
  ? { etcdGoneMs: 60_000, controllersGoneMs: 30_000, pausedMs: 30_000, settleMs: 5_000 }
  : { etcdGoneMs: 7_000, controllersGoneMs: 4_000, pausedMs: 6_000, settleMs: 1_000 };

/** Queries per second that are sent during faults. Each one takes about 5 ms of CPU of all processes together. */
export const ratePerSecond: number = isFull ? 40 : 12;

/** Minimum number of queries that a test sends, so that it has some during its fault. */
export const minSent: number = isFull ? 40 : 8;
