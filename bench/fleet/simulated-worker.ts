// A worker without models: it joins, follows its assignments, and reports synthetic measurements and counters.

import { milliseconds, systemClock, type Rng } from '@pareto/core';
import { isReportDue, messageIntervals, type MessageIntervals } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { joinFleet, type Controllers } from './sessions.js';

export interface SimulatedWorker {
  readonly connected: boolean;
  readonly replicas: number;
  readonly ready: number;
  /** Takes one of its replicas out of service for a moment. */
  interrupt(): void;
  start(): Promise<void>;
}

interface Replica {
  readonly report: wire.ReplicaReportInput & { readonly replicaId: string };
  readonly requests: number;
}

const simulatedClass = {
  ...{ id: 'cpu/simulated/none', provider: 'cpu', device: 'simulated', instructionSet: 'none' },
  memoryBytes: 8 * 2 ** 30,
};

const runtimeVersion = '1';
const loadMs = 300;
const stepMs = 200;

export function createSimulatedWorker(id: string, controllers: Controllers, rng: Rng): SimulatedWorker {
  const replicas = new Map<string, Replica>();
  let intervals = messageIntervals(0);
  let reportedAt = -Infinity;
  const incarnation = `${id}-${rng().toString(36).slice(2)}`;

  const session = joinFleet(controllers, {
    hello: () => ({ message: 'hello', hello: helloOf(id, incarnation) }),
    onMessage({ assignments, heartbeat }) {
      if (heartbeat) intervals = intervalsOf(heartbeat);
      if (!assignments) return;
      applyAssignments(assignments);
      for (const { spec, hardwareClass } of assignments.measures) {
        if (spec) finish({ message: 'measurement', measurement: syntheticMeasurement(spec, hardwareClass) });
      }
      for (const { architecture, version, recipe } of assignments.makes)
        finish({ message: 'outcome', outcome: { architecture, version, recipe, declined: 'nothing to gain' } });
    },
  });
  const finish = (result: wire.WorkerMessageInput): void => later(stepMs, () => session.send(result));
  const later = (ms: number, act: () => void): void => void systemClock.after(milliseconds(ms * (0.5 + rng())), act);

  function applyAssignments({ replicas: listed, keepUnlisted }: wire.Assignments): void {
    const wanted = new Set(listed.map(({ replicaId }) => replicaId));
    if (!keepUnlisted) for (const known of replicas.keys()) if (!wanted.has(known)) replicas.delete(known);
    for (const { replicaId, spec } of listed) {
      if (replicas.has(replicaId) || !spec) continue;
      const { variant, version } = spec;
      const report = { replicaId, variant, version, state: 'LOADING', loadMs, memoryBytes: 100 * 2 ** 20 } as const;
      replicas.set(replicaId, { report, requests: 0 });
      later(loadMs, () => setState(replicaId, 'READY'));
    }
  }
  function setState(replicaId: string, state: 'LOADING' | 'READY'): void {
    const replica = replicas.get(replicaId);
    if (replica === undefined) return;
    replicas.set(replicaId, { ...replica, report: { ...replica.report, state } });
    sendReport();
  }
  function countRequests(): void {
    for (const [key, { report, requests }] of replicas) {
      if (report.state === 'READY') replicas.set(key, { report, requests: requests + Math.floor(10 * rng()) });
    }
  }
  function sendReport(): void {
    reportedAt = systemClock.now();
    const reports = Array.from(replicas.values(), ({ report, requests }) => ({
      ...{ ...report, requests, items: requests, executions: requests, busyUs: 500 * requests },
    }));
    session.send({ message: 'report', report: { replicas: reports, memoryUsedBytes: reports.length * 100 * 2 ** 20 } });
  }
  function tick(): void {
    systemClock.after(intervals.messageMs, tick);
    countRequests();
    if (isReportDue(systemClock.now() - reportedAt, intervals, false)) sendReport();
    else session.send({ message: 'heartbeat', heartbeat: { controllerAgeMs: Math.round(session.ageMs) } });
  }

  return {
    get connected() {
      return session.connected;
    },
    get replicas() {
      return replicas.size;
    },
    get ready() {
      return [...replicas.values()].filter(({ report }) => report.state === 'READY').length;
    },
    interrupt() {
      const [first] = replicas.keys();
      if (first === undefined) return;
      setState(first, 'LOADING');
      later(2_000, () => setState(first, 'READY'));
    },
    async start() {
      await session.start((error) => process.stderr.write(`${id}: ${String(error)}\n`));
      later(500, tick);
    },
  };
}

const intervalsOf = ({ messageIntervalMs, reportIntervalMs }: wire.Heartbeat): MessageIntervals => ({
  messageMs: milliseconds(messageIntervalMs),
  reportMs: milliseconds(reportIntervalMs),
});

const helloOf = (workerId: string, incarnation: string): wire.WorkerHelloInput => ({
  ...{ workerId, incarnation, memoryBytes: 4 * simulatedClass.memoryBytes, runtimeVersion },
  address: `127.0.0.1:9`,
  slotGroups: [{ hardwareClass: simulatedClass, slots: 4 }],
});

/** Returns a measurement that is the same for every worker. */
function syntheticMeasurement({ variant, version }: wire.VariantSpec, hardwareClass: string): wire.MeasurementInput {
  const size = (Buffer.from(variant).reduce((sum, byte) => sum + byte, 0) % 10) / 10;
  const points = [1, 2, 4, 8, 16, 32].map((batch) => {
    const p50Ms = (2 + 8 * size) * (0.4 + 0.6 * batch);
    return { batch, p50Ms, p95Ms: 1.1 * p50Ms, p99Ms: 1.2 * p50Ms, runs: 200 };
  });
  const value = 0.9 + size / 20;
  return {
    ...{ variant, version, hardwareClass, environment: runtimeVersion },
    profile: {
      ...{ points, loadMs, memoryBytes: 100 * 2 ** 20, runtimeVersion, providerUsed: 'cpu' },
      rows: { verdict: 'proved' },
    },
    accuracy: { metric: 'top1', value, lower95: value - 0.01, upper95: value + 0.01, samples: 1_000 },
  };
}
