// One write that the store accepts only while a given candidacy leads.

import type { Clock } from '@pareto/core';
import type { Compare, Fence, Operation, Store } from '@pareto/state';
import type { ControllerMetrics } from '@pareto/telemetry';
import type { Mirror } from '../storage/mirror.js';

/** `conflict`: a compare failed. `not-leading`: the candidacy does not lead. In both cases nothing was written. */
export type WriteOutcome = 'committed' | 'conflict' | 'not-leading';

export interface FencedWriteOptions {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly metrics: ControllerMetrics;
}

/**
 * Returns once the mirror shows the write, or the records that conflict with it. Throws as `Store.transact` and
 * `Mirror.reached` do.
 */
export async function writeFenced(
  { store, mirror, clock, metrics }: FencedWriteOptions,
  fence: Fence,
  compares: readonly Compare[],
  operations: readonly Operation[],
): Promise<WriteOutcome> {
  const startedAt = clock.now();
  const result = await store.transact({ compares: [{ kind: 'leader', fence }, ...compares], operations });
  countWrite(metrics, operations.length, clock.now() - startedAt);
  if (result.kind === 'conflict' && result.failed.some(({ kind }) => kind === 'leader')) return 'not-leading';
  const reached = mirror.reached(result.revision);
  if (result.kind === 'committed') return reached.then(() => 'committed');
  // A conflict is reported even if the mirror is late.
  return reached.then(
    () => 'conflict',
    () => 'conflict',
  );
}

function countWrite(metrics: ControllerMetrics, operations: number, elapsedMs: number): void {
  metrics.storeTime.record(elapsedMs / 1000, { operation: 'transact' });
  metrics.storeWrites.add(1);
  metrics.storeOperations.add(operations);
}
