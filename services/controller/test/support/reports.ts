// Fixtures: the worker info, a replica report, and a worker's report without replicas.

import { replicaId, variantId, workerId, type ReplicaReport, type WorkerId, type WorkerInfo } from '@pareto/core';
import type { WorkerReport } from '@pareto/policy';
import { buildReplicaReport, buildWorkerInfo } from '@pareto/testkit';

export const w1: WorkerId = workerId('w1');

export const reportOf = (replica: string, fields: Partial<ReplicaReport> = {}): ReplicaReport =>
  buildReplicaReport({ replica: replicaId(replica), variant: variantId('tiny:original'), ...fields });

export const infoOf = (incarnation = '1'): WorkerInfo => buildWorkerInfo({ id: w1, incarnation, address: 'a:1' });

export const workerReport: WorkerReport = {
  replicas: [],
  memoryUsedBytes: 0,
  draining: false,
  measuring: undefined,
  progress: '',
  controllerAgeMs: 0,
  limitsReached: [],
  provisional: [],
  shapes: [],
  userIdShortage: '',
};
