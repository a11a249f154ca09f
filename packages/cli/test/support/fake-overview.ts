// Builds responses to Overview for tests.

import type { wire } from '@pareto/protocol';

export const fakeOverview = (more: Partial<wire.OverviewResponse> = {}): wire.OverviewResponse => ({
  ...{
    cluster: 'default',
    leader: 'a:1',
    tableVersion: 'epoch:7',
    controllers: ['a:1', 'b:1'],
    storeAgeMs: 0,
    leadingMs: 60_000,
  },
  ...{
    tasks: [],
    workers: [],
    routers: [{ routerId: 'r', address: 'r:1' }],
    recentActions: [],
    notices: [],
    unmetWarmRules: [],
    unmetNeeds: [],
    limitsReached: [],
    storeLoss: '',
    storeMembers: [],
    plan: null,
  },
  ...more,
});

export const fakeTaskLoad = (more: Partial<wire.TaskLoad> = {}): wire.TaskLoad => ({
  ...{
    task: 'digits',
    requestsPerSecond: 10,
    refusedPerSecond: 0,
    violationsPerSecond: 0,
    failedPerSecond: 0,
    held: 0,
    infeasibleShare: 0,
  },
  ...{ variantsReady: ['a:fp16'], usdPerHour: 0.1, itemsPerSecondByVariant: {} },
  ...more,
});

export const fakeReplica = (more: Partial<wire.ReplicaReport> = {}): wire.ReplicaReport => ({
  ...{ replicaId: 'r1', variant: 'a:fp16', state: 'READY', reason: '', loadMs: 10, memoryBytes: 1024, version: 1 },
  ...{ queuedItems: 0, runningItems: 0, requests: 0, items: 0, executions: 0, failures: 0, busyUs: 0 },
  ...{ executorDeaths: 0, quarantined: false, poisonousQueries: 0, interfered: false, counts: null, placement: null },
  ...{ checkedRows: 0, mixedReason: '', comparedRows: 0, agreedRows: 0 },
  ...more,
});

export const fakeWorker = (more: Partial<wire.Worker> = {}): wire.Worker => ({
  ...{
    workerId: 'w1',
    address: 'w:1',
    connected: true,
    awaited: false,
    departed: false,
    draining: false,
    measuring: '',
    progress: '',
    usdPerHour: 0.1,
  },
  ...{ memoryBytes: 2 ** 30, memoryUsedBytes: 2 ** 29, replicas: [fakeReplica()] },
  slotGroups: [
    {
      ...{ slots: 2, driver: '', deviceMemoryBytes: 8 * 2 ** 30, deviceId: '' },
      hardwareClass: { id: 'cpu/x', provider: 'cpu', device: 'x', instructionSet: 'avx2', memoryBytes: 2 ** 29 },
    },
  ],
  ...more,
});

export const fakeUnmetNeed = (more: Partial<wire.UnmetNeed> = {}): wire.UnmetNeed => ({
  ...{ variant: 'a:fp16', source: 'demand', cause: 'memory', reason: 'demand: none has room', ageMs: 12_000 },
  ...more,
});
