// Fixtures: sessions and reports of workers, and loads in the store.

import { replicaId, variantId, workerId, type ReplicaReport, type WorkerId } from '@pareto/core';
import { buildReplicaReport, buildWorkerInfo } from '@pareto/testkit';
import type { StoredLoad, WorkerLoad, WorkerReport, WorkerSession } from '../../src/fleet/live-worker.js';

export const w1: WorkerId = workerId('w1');
export const w2: WorkerId = workerId('w2');

export const reportOf = (replica: string, fields: Partial<ReplicaReport> = {}): ReplicaReport =>
  buildReplicaReport({ replica: replicaId(replica), variant: variantId('tiny:original'), ...fields });

export const sessionOf = (id: WorkerId, incarnation = '1'): WorkerSession => ({
  info: buildWorkerInfo({ id, incarnation, address: 'a:1' }),
});

export const workerReport = (
  replicas: readonly ReplicaReport[] = [],
  fields: Partial<WorkerReport> = {},
): WorkerReport => ({
  replicas,
  memoryUsedBytes: 0,
  draining: false,
  measuring: undefined,
  progress: '',
  controllerAgeMs: 0,
  limitsReached: [],
  provisional: [],
  shapes: [],
  userIdShortage: '',
  ...fields,
});

export const loadOf = (worker: WorkerId, modRevision: number, fields: Partial<WorkerLoad> = {}): StoredLoad => ({
  value: { worker, incarnation: '1', present: true, replicas: [], ...fields },
  modRevision,
});
