// A replica without a model for tests: the core schedules its queries, and the test runs its batches.

import { replicaId, variantId, type Clock, type Profile, type ReplicaId, type ReplicaLoad } from '@pareto/core';
import { defaultWorkerParams, type AssignedReplica, type ReplicaStatus } from '@pareto/policy';
import type { Executor } from '@pareto/runtime';
import { createWorkerMetrics } from '@pareto/telemetry';
import { buildHardwareClass, buildProfile, buildSlotGroup, buildVariantSpec } from '@pareto/testkit';
import { createBatcher } from '../../src/batching/batcher.js';
import { createIntake, type Intake } from '../../src/batching/intake.js';
import { createReplicaCounts, type ReplicaCounts } from '../../src/batching/replica-counts.js';
import { createWorkerDriver, type ReplicaRunner, type WorkerDriver } from '../../src/batching/worker-driver.js';

const bounds = { items: 1_000, bytes: 1_000_000 };

type TestExecutor = Pick<Executor, 'pid' | 'run'>;

/** A driver with one slot of a provider, and what runs the batches of its replicas. */
export interface TestDriver extends WorkerDriver {
  readonly runners: Map<ReplicaId, ReplicaRunner>;
}

export function createTestDriver(clock: Clock, provider = 'cpu'): TestDriver {
  const runners = new Map<ReplicaId, ReplicaRunner>();
  const groups = [buildSlotGroup(buildHardwareClass({ provider }))];
  const driver = createWorkerDriver({ groups, bounds, params: defaultWorkerParams, clock });
  driver.setOwner({ replicas: runners, add: () => undefined, remove: () => undefined });
  return { ...driver, runners };
}

export interface TestReplica {
  readonly intake: Intake;
  readonly counts: ReplicaCounts;
  readonly status: ReplicaStatus;
  load(): ReplicaLoad;
  /** Lets the replica run batches on an executor. */
  attach(executor: TestExecutor): void;
  /** Ends its executor. */
  die(): void;
}

export interface TestReplicaOptions {
  readonly ceiling?: number;
  readonly profile?: Profile;
}

export function createTestReplica(
  { runners, ...driver }: TestDriver,
  clock: Clock,
  { ceiling: batchCeiling = 8, profile = buildProfile([]) }: TestReplicaOptions = {},
): TestReplica {
  const replica = replicaId(`r${runners.size}`);
  const counts = createReplicaCounts({ variant: variantId('m:original'), version: 1 }, createWorkerMetrics(), clock);
  let current: TestExecutor | undefined;
  const batcher = createBatcher({
    ...{ replica, driver, clock, onBatch: counts.batch },
    executor: () => current,
    onShared: () => undefined,
  });
  const nothing = (): void => undefined;
  const others = { loadExecutor: nothing, stopExecutor: nothing, unload: nothing, update: nothing, onStatus: nothing };
  runners.set(replica, { ...batcher, ...others });
  const assignment: AssignedReplica = {
    ...{ replica, batchCeiling, profile, usdPerHour: 0, hardwareClass: buildHardwareClass().id },
    spec: buildVariantSpec({ provider: profile.providerUsed, maxBatchSize: 64 }),
  };
  driver.dispatch({ kind: 'assigned', desired: { replicas: [assignment], keepUnlisted: true, kept: [] } });
  const status = driver.status(replica);
  return {
    counts,
    status,
    intake: createIntake({ replica, status, driver, bounds, counts, clock }),
    load: () => driver.load(replica),
    attach(executor) {
      current = executor;
      driver.dispatch({ kind: 'loaded', replica });
      driver.dispatch({ kind: 'warmed', replica });
    },
    die() {
      current = undefined;
      driver.dispatch({ kind: 'died', replica, reason: 'gone' });
    },
  };
}
