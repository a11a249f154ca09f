// Work that the leader does at regular times.

import type { Clock, Milliseconds } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { Cluster } from '../cluster/cluster.js';

export interface LeaderRounds {
  readonly cluster: Pick<Cluster, 'leader'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time between the end of one round and the start of the next. */
  readonly everyMs: Milliseconds;
  /** Message that is logged when a round failed. The next one runs all the same. */
  readonly failed: string;
  readonly round: () => Promise<void>;
}

/** Runs rounds until the signal aborts, while this controller leads. */
export async function runLeaderRounds(
  { cluster, clock, logger, everyMs, failed, round }: LeaderRounds,
  signal: AbortSignal,
): Promise<void> {
  while (await hasPassed(clock, everyMs, signal)) {
    if (cluster.leader.term === undefined) continue;
    await round().catch((error: unknown) => logger.warn(failed, { error }));
  }
}

/** Returns true after a time, or false when the signal aborts. */
const hasPassed = (clock: Clock, ms: Milliseconds, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
