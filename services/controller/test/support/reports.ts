// Fixtures: the worker info and a replica report.

import {
  bytes,
  milliseconds,
  noCounts,
  replicaId,
  variantId,
  workerId,
  type ReplicaReport,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import { buildWorkerInfo } from '@pareto/testkit';

export const w1: WorkerId = workerId('w1');

export const reportOf = (replica: string, fields: Partial<ReplicaReport> = {}): ReplicaReport => ({
  replica: replicaId(replica),
  variant: variantId('tiny:original'),
  version: 1,
  state: 'ready',
  reason: '',
  loadMs: milliseconds(1),
  memoryBytes: bytes(0),
  queuedItems: 0,
  runningItems: 0,
  requests: 0,
  items: 0,
  executions: 0,
  failures: 0,
  busyMs: milliseconds(0),
  executorDeaths: 0,
  counts: noCounts,
  poisonousQueries: 0,
  quarantined: false,
  ...fields,
});

export const infoOf = (incarnation = '1'): WorkerInfo => buildWorkerInfo({ id: w1, incarnation, address: 'a:1' });
