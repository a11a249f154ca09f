// The duration of faults: full with `--full` (`npm run test:faults`), otherwise shorter (`npm test`).

export const isFull: boolean = process.argv.includes('--full');

export const lengths: Readonly<Record<'etcdGoneMs' | 'controllersGoneMs' | 'pausedMs' | 'settleMs', number>> = isFull
  ? { etcdGoneMs: 60_000, controllersGoneMs: 30_000, pausedMs: 30_000, settleMs: 5_000 }
  : { etcdGoneMs: 8_000, controllersGoneMs: 6_000, pausedMs: 8_000, settleMs: 1_500 };
