// What is written down of the fleet: workers, measurements, quarantines, and at a bounded rate the load and the counters.

import type { Clock, Measurement, Milliseconds, WorkerId, WorkerInfo } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { FleetState, WorkerReport } from './fleet-state.js';
import { addCounts, countsSince } from './counters.js';
import type { Leader } from './leadership.js';
import type { Mirror } from './mirror.js';
import type { Scene } from './observe.js';
import {
  counterKey,
  loadKey,
  measurementKey,
  variantKey,
  workerKey,
  type CounterRecord,
  type LoadRecord,
  type WorkerRecord,
} from './records.js';

export interface FleetRecords {
  remember(info: WorkerInfo): Promise<void>;
  setDraining(id: WorkerId, draining: boolean): Promise<boolean>;
  storeMeasurement(measurement: Measurement): Promise<void>;
  /** Puts a variant out of service for good when a worker says that requests kill its executors. */
  storeQuarantines(report: WorkerReport): Promise<void>;
  /** Forgets workers that were not seen for an hour and hold nothing. */
  forgetLost(scene: Scene): Promise<void>;
  /** Writes what changed since the last time: a change of state within a second, counts every five. */
  storeLoad(id: WorkerId, report: WorkerReport, isNews: boolean): Promise<void>;
}

export interface FleetRecordsOptions {
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly fleet: FleetState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

/** Queries that each ended two executors, on whichever workers. */
const poisonsToQuarantine = 2;
const newsMs = 1_000;
const countsMs = 5_000;
const lostMs = 3_600_000;

export function createFleetRecords({
  leader,
  mirror,
  fleet,
  clock,
  logger,
  metrics,
}: FleetRecordsOptions): FleetRecords {
  const { records } = mirror;
  const writtenAt = new Map<WorkerId, Milliseconds>();
  const unwrittenNews = new Set<WorkerId>();
  const writing = new Set<WorkerId>();

  const putWorker = async (record: WorkerRecord): Promise<void> => {
    await leader.write([], [put(workerKey(record.info.id), record)]);
  };

  return {
    async remember(info) {
      const known = records.workers.get(workerKey(info.id))?.value;
      if (JSON.stringify(known?.info) !== JSON.stringify(info))
        await putWorker({ info, draining: known?.draining ?? false });
    },
    async setDraining(id, draining) {
      const known = records.workers.get(workerKey(id))?.value;
      if (known === undefined) return false;
      if (known.draining !== draining) await putWorker({ ...known, draining });
      return true;
    },
    async storeMeasurement(measurement) {
      const { variant, version, hardwareClass, result } = measurement;
      metrics.measurements.add(1, { outcome: result.kind });
      logger.info('measurement', {
        variant,
        version,
        hardwareClass,
        result: result.kind === 'failed' ? result.reason : 'measured',
      });
      const key = variantKey(variant, version);
      const known = records.variants.get(key);
      if (known === undefined) return; // deleted while it was measured
      const unchanged = { kind: 'revision', key, modRevision: known.modRevision } as const;
      await leader.write([unchanged], [put(measurementKey(measurement), measurement)]);
    },
    async storeQuarantines({ replicas }) {
      for (const { variant, version, quarantined, reason } of replicas) {
        const known = records.variants.get(variantKey(variant, version));
        const poisoned = quarantined || fleet.poisonousQueries(variant, version) >= poisonsToQuarantine;
        if (!poisoned || known === undefined || known.value.quarantineReason !== undefined) continue;
        const quarantineReason = reason === '' ? 'requests killed its executors' : reason;
        logger.warn('variant quarantined', { variant, version, reason: quarantineReason });
        const unchanged = { kind: 'revision', key: known.key, modRevision: known.modRevision } as const;
        await leader.write([unchanged], [put(known.key, { ...known.value, quarantineReason })]);
      }
    },
    async forgetLost({ registry, now, leadingSince }) {
      for (const { value } of [...records.workers.values()]) {
        const { id } = value.info;
        if (registry.assignments.has(id) || fleet.missingMs(id, now, leadingSince) < lostMs) continue;
        logger.info('worker forgotten', { worker: id });
        await leader.write(
          [],
          [workerKey(id), loadKey(id)].map((key) => ({ kind: 'delete', key })),
        );
        fleet.forget(id);
      }
    },
    async storeLoad(id, report, isNews) {
      if (isNews) unwrittenNews.add(id);
      const elapsed = clock.now() - (writtenAt.get(id) ?? (-Infinity as Milliseconds));
      if (writing.has(id) || elapsed < (unwrittenNews.has(id) ? newsMs : countsMs)) return;
      const before = records.loads.get(loadKey(id))?.value;
      const load: LoadRecord = { worker: id, incarnation: fleet.incarnation(id) ?? '', replicas: report.replicas };
      if (JSON.stringify(before) === JSON.stringify(load)) return;
      writtenAt.set(id, clock.now());
      unwrittenNews.delete(id);
      writing.add(id);
      await leader
        .write([], [put(loadKey(id), load), ...counterPuts(mirror, before, load)])
        .finally(() => writing.delete(id));
    },
  };
}

/** The load record says what is counted already: both are written in one transaction, so nothing counts twice. */
function counterPuts({ records }: Mirror, before: LoadRecord | undefined, load: LoadRecord): readonly Operation[] {
  const totals = new Map<string, CounterRecord>();
  for (const { variant, version, ...counts } of countsSince(before, load)) {
    if (!records.variants.has(variantKey(variant, version))) continue;
    const key = counterKey(variant, version);
    totals.set(key, addCounts(totals.get(key) ?? records.counters.get(key)?.value, counts));
  }
  return [...totals].map(([key, record]) => put(key, record));
}

const put = (key: string, value: unknown): Operation => ({ kind: 'put', key, value: JSON.stringify(value) });
