// The controller's gRPC services, assembled from its parts.

import type { BlobStore } from '@pareto/blobs';
import { ParetoError, type StoreLoss } from '@pareto/core';
import type { ModelReader } from '@pareto/models';
import type { FleetParams, TurnParams } from '@pareto/policy';
import type { RpcServer } from '@pareto/rpc';
import type { ServiceContext, ServiceLimiter } from '@pareto/service';
import type { Solver } from '@pareto/solver';
import type { Store } from '@pareto/state';
import type { ControllerMetrics } from '@pareto/telemetry';
import { isFresh } from './plan/adopt.js';
import type { Assigner } from './fleet/worker-stream-writer.js';
import type { StoreMembers } from './storage/store-members.js';
import type { Storage } from './storage/storage.js';
import type { BlobReservations } from './storage/blob-reservations.js';
import { createUploadAdmission, uploadParams } from './storage/upload-admission.js';
import { createBlobsHandlers } from './api/blobs-service.js';
import type { Cluster } from './cluster/cluster.js';
import { keepVersionsMs, type ControllerConfig } from './config.js';
import type { EventLog } from './events/events.js';
import { createEvents } from './api/events-service.js';
import type { FleetRecords } from './fleet/fleet-records.js';
import { createFleetHandlers } from './api/fleet-service.js';
import { createHeartbeats } from './fleet/heartbeats.js';
import type { ControlLoop } from './plan/control-loop.js';
import type { LoadFlusher } from './loads/load-flusher.js';
import type { Notices } from './cluster/notices.js';
import type { OutcomeRecords } from './registry/outcome-records.js';
import type { PlanLog } from './plan/plan-log.js';
import { createPlansHandlers } from './api/plans-service.js';
import { createRegistryHandlers } from './api/registry-service.js';
import { createWriteQueue } from './leadership/write-queue.js';
import type { ProcessProbes } from './fleet/process-probes.js';
import type { ReportRequester } from './fleet/report-requester.js';
import type { WorkerExpiry } from './fleet/worker-expiry.js';
import type { Routes } from './routes/routes-service.js';
import { setWarmth } from './rules/rules-service.js';
import { createWarmthQueue } from './rules/warmth-queue.js';
import { createStatistics } from './fleet/statistics.js';
import type { TableLog } from './routes/table-log.js';
import { createJoin } from './fleet/worker-sessions.js';

export interface ServiceParts {
  readonly config: ControllerConfig;
  readonly context: ServiceContext;
  readonly cluster: Cluster;
  readonly records: FleetRecords;
  readonly outcomes: OutcomeRecords;
  readonly loads: LoadFlusher;
  readonly workerExpiry: WorkerExpiry;
  readonly processProbes: ProcessProbes;
  readonly reportRequester: ReportRequester;
  readonly blobs: BlobStore;
  readonly store: Store;
  readonly refill: Storage['refill'];
  readonly storeMembers: StoreMembers;
  readonly storeLoss: () => StoreLoss | undefined;
  readonly reader: ModelReader;
  /** Folder in which the reader's processes may write. */
  readonly work: string;
  readonly userIdShortage: () => string | undefined;
  readonly reservations: BlobReservations;
  readonly assigner: Assigner;
  readonly planLog: PlanLog;
  readonly events: EventLog;
  readonly notices: Notices;
  readonly loop: ControlLoop;
  readonly routes: Routes;
  readonly table: TableLog;
  readonly metrics: ControllerMetrics;
  readonly limiter: ServiceLimiter;
  readonly params: FleetParams;
  readonly turn: TurnParams;
  readonly solver: Solver | undefined;
}

export function addServices(server: RpcServer, parts: ServiceParts): void {
  const { config, context, cluster, blobs, loop, routes, table, metrics } = parts;
  const heartbeats = createHeartbeats({ ...cluster, ...context });
  const join = createJoin({ ...parts, ...cluster, ...context, heartbeats, lost: parts.loop.hurry });
  const statistics = createStatistics({ ...parts, ...cluster, ...context });
  const tableVersion = (): string => `${table.version.epoch}:${table.version.revision}`;
  const { leader } = cluster;
  // Without a known leader, this controller serves its own state.
  const preferLeader = (): void => {
    if (leader.term === undefined && leader.elsewhere !== undefined) throw leader.notLeaderError();
  };
  const registry = {
    ...{ ...parts, ...cluster, clock: context.clock, runExclusive: createWriteQueue() },
    ...{ maxBatchSize: config.maxBatchSize, keepVersionsMs: keepVersionsMs(config) },
  };
  const queueWarmth = createWarmthQueue((request) => setWarmth(registry, request));
  server.add(
    'pareto.v1.Registry',
    createRegistryHandlers({
      ...{ ...registry, preferLeader, requireSettled: () => requireSettled(cluster) },
      requireOwnStore: () => requireOwnStore(routes),
    }),
  );
  const admitUpload = createUploadAdmission({ blobs, params: uploadParams(config), clock: context.clock });
  server.add('pareto.v1.Blobs', createBlobsHandlers({ blobs, admitUpload, metrics, clock: context.clock }));
  const fleet = { ...parts, name: config.cluster, join, routers: routes.routers, tableVersion, preferLeader };
  const { draining } = context.lifecycle;
  const events = createEvents({ ...parts, ...context, preferLeader, draining });
  server.add('pareto.v1.Fleet', { ...createFleetHandlers(fleet), events });
  const plans = { ...cluster, ...parts, lastTurn: loop.lastTurn, preferLeader };
  const queues = { runExclusive: createWriteQueue(), runPreview: createWriteQueue() };
  server.add(
    'pareto.v1.Plans',
    createPlansHandlers({ ...plans, ...queues, requireSettled: () => requireSettled(cluster) }),
  );
  server.add('pareto.v1.Routes', {
    ...{ ...routes.handlers, statistics },
    async setWarmth(request, { signal }) {
      leader.require();
      requireSettled(cluster);
      await queueWarmth(request);
      if (!request.warm) return {};
      await loop.nextTurn(signal);
      return routes.update();
    },
  });
}

/**
 * Throws `unavailable` while the plan is not settled after a restore: variants of the old and new registry could be
 * confused.
 */
function requireSettled({ clusterView, presentAtRestore }: Cluster): void {
  const now = clusterView();
  if (now.settled || isFresh(now, presentAtRestore())) return;
  throw new ParetoError(
    'unavailable',
    'the store was restored, and the running replicas are being adopted: nothing was written; retry in a few seconds',
  );
}

/** Throws `failed-precondition` while routers keep the table of another store: they would replace it by one of the new models alone. */
function requireOwnStore({ keepsOtherTables }: Routes): void {
  if (!keepsOtherTables()) return;
  throw new ParetoError(
    'failed-precondition',
    "this store is empty, and routers have the table of another one, from which they answer: nothing was written; run 'pareto restore FILE', or restart the controllers with --accept-empty-store to use the empty store",
  );
}
