// Backups of the store to a file: when this controller begins to lead, at an interval, and at the stop.

import { stat } from 'node:fs/promises';
import type { Clock } from '@pareto/core';
import { backupStore, type Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import { createWakeSignal } from '../loops/notifier.js';

export interface BackupsOptions {
  readonly store: Store;
  readonly leader: Pick<Leader, 'term' | 'onChange'>;
  /** Path of the backup. Undefined means no backups. */
  readonly backupFile?: string | undefined;
  readonly backupMinutes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Backups {
  /** Returns the age of the last backup. Infinity if there is none, NaN if none are written. */
  ageMs(): number;
  /** Writes backups until the signal aborts, and then a last one. */
  run(signal: AbortSignal): Promise<void>;
}

/** Limit of timers in Node. */
const maxWaitMs = 2 ** 31 - 1;

export function createBackups({ store, leader, backupFile, backupMinutes, clock, logger }: BackupsOptions): Backups {
  const began = createWakeSignal(clock);
  let lastWallMs = -Infinity;
  leader.onChange(() => {
    if (leader.term !== undefined) began.wake();
  });

  /** Writes a backup. A failure is only logged, so that an unreachable store does not prevent the stop. */
  const write = async (file: string): Promise<void> => {
    try {
      const entries = await backupStore(store, file);
      lastWallMs = clock.wallMs();
      logger.info('backup written', { file, entries });
    } catch (error) {
      logger.error('backup failed', { file, error });
    }
  };

  return {
    ageMs: () => (backupFile === undefined ? NaN : Math.max(0, clock.wallMs() - lastWallMs)),
    async run(signal) {
      if (backupFile === undefined) return;
      lastWallMs = await stat(backupFile).then(
        ({ mtimeMs }) => mtimeMs,
        () => -Infinity,
      );
      for (let isLast = false; !isLast;) {
        await began.wait(Math.min(backupMinutes * 60_000, maxWaitMs), signal);
        isLast = signal.aborted;
        await write(backupFile);
      }
    },
  };
}
