// Fixtures: the worker info and a replica report.

import { replicaId, variantId, workerId, type ReplicaReport, type WorkerId, type WorkerInfo } from '@pareto/core';
import { buildReplicaReport, buildWorkerInfo } from '@pareto/testkit';

export const w1: WorkerId = workerId('w1');

export const reportOf = (replica: string, fields: Partial<ReplicaReport> = {}): ReplicaReport =>
  buildReplicaReport({ replica: replicaId(replica), variant: variantId('tiny:original'), ...fields });

export const infoOf = (incarnation = '1'): WorkerInfo => buildWorkerInfo({ id: w1, incarnation, address: 'a:1' });
