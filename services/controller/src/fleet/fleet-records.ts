// Records of the fleet in the store: workers, measurements and quarantines.

import { isDeepStrictEqual } from 'node:util';
import {
  groupBy,
  ParetoError,
  type Assignment,
  type Clock,
  type Measurement,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import {
  defaultBucketParams,
  endSharing,
  isMeasuredFor,
  isQuarantined,
  keepLiveVerdict,
  lastinglyInterfered,
  planBuckets,
  replaces,
  type FleetState,
  type WorkerReport,
} from '@pareto/policy';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { ClusterView } from '../cluster/observe.js';
import type { Leader } from '../leadership/leadership.js';
import type { EventLog } from '../events/events.js';
import type { Mirror } from '../storage/mirror.js';
import { onWorker, type RegistryView } from '../registry/registry-view.js';
import { measurementsOf } from '../registry/outcome-variants.js';
import { onOtherSamples, remeasure } from '../registry/remeasure.js';
import { unchangedSince, type Stored } from '../storage/record-tables.js';
import { storedWorker, withStoredClass } from '../storage/stored-classes.js';
import {
  assignmentKey,
  loadKey,
  measurementKey,
  putRecord,
  taskKey,
  variantKey,
  workerKey,
  type WorkerRecord,
} from '../storage/records.js';
import { writeAll } from '../leadership/write-all.js';
import { retryOnConflict } from '../leadership/write-queue.js';

export interface FleetRecords {
  /** Stores a worker that joins. */
  remember(info: WorkerInfo): Promise<void>;
  /** Stores whether the worker is being drained. Returns false if the worker is unknown. */
  setDraining(id: WorkerId, draining: boolean): Promise<boolean>;
  /**
   * Stores a worker's measurement, unless its variant was deleted meanwhile, or the known one was less noisy.
   * It is made again if the task got other samples meanwhile.
   */
  storeMeasurement(measurement: Measurement, worker: WorkerInfo): Promise<void>;
  /** Stores the provisional profiles of the worker's replicas whose variants have no measurement yet. */
  storeProvisional(report: WorkerReport, worker: WorkerInfo): Promise<void>;
  /**
   * Stores other shape buckets for variants whose own do not fit what the replicas of all connected workers ran, and has them
   * measured.
   */
  storeBuckets(): Promise<void>;
  /** Permanently quarantines the variants whose requests kill executors, according to the workers' reports. */
  storeQuarantines(report: WorkerReport): Promise<void>;
  /** Ends the sharing of batches, everywhere, of the variants in whose batches a check found that queries influence each other. */
  storeMixed(report: WorkerReport): Promise<void>;
  /** Has the variants of the worker's replicas measured again that have been Interfered for long. */
  remeasureInterfered(id: WorkerId): Promise<void>;
  /**
   * Deletes the records of workers that have no assignments, and have been missing for an hour, or have departed. One that an operator
   * drained stays for the hour, so that it is still drained if it returns.
   */
  forgetLost(view: LostWorkersView): Promise<void>;
  /**
   * Deletes the records of a worker that is gone, and its assignments. Returns false if the worker is unknown. Throws
   * `failed-precondition` if it is connected or awaited.
   */
  forget(id: WorkerId, view: LostWorkersView): Promise<boolean>;
}

interface LostWorkersView extends Pick<ClusterView, 'now' | 'leadingSince'> {
  readonly registry: Pick<RegistryView, 'assignments'>;
}

export interface FleetRecordsOptions {
  readonly leader: Pick<Leader, 'write'>;
  readonly mirror: Pick<Mirror, 'records'>;
  readonly fleet: FleetState;
  readonly events: Pick<EventLog, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

export function createFleetRecords(options: FleetRecordsOptions): FleetRecords {
  const { leader, mirror, fleet, logger } = options;
  /**
   * Replaces the stored record by the result of `change`, unless that is undefined. Retries after a conflicting write.
   */
  const changeWorker = (
    id: WorkerId,
    change: (known: WorkerRecord | undefined) => WorkerRecord | undefined,
  ): Promise<true> =>
    retryOnConflict(`worker ${id}`, async () => {
      const key = workerKey(id);
      const known = mirror.records.workers.get(key);
      const next = change(known?.value);
      if (next === undefined) return true;
      return (await leader.write([unchangedSince(key, known)], [putRecord(key, storedWorker(next))]))
        ? true
        : undefined;
    });
  /** Deletes the records of a worker that has no session. Returns false if its own record was changed meanwhile. */
  const remove = async (known: Stored<WorkerRecord>, assignments: readonly Assignment[]): Promise<boolean> => {
    const record = known.value;
    const { id } = record.info;
    // Each transaction is compared with the worker's record, so this record is deleted by the last one.
    const keys = [...assignments.map(assignmentKey), loadKey(id), workerKey(id)];
    const operations = keys.map((key) => ({ kind: 'delete', key }) as const);
    if (!(await writeAll(leader, operations, [unchangedSince(known.key, known)]))) return false;
    logger.info('worker record removed', { worker: id });
    const back = fleet.session(id);
    if (back === undefined) fleet.forget(id);
    // The worker rejoined before the deletion, which removed its record.
    else await changeWorker(id, (known) => (known === undefined ? { ...record, info: back.info } : undefined));
    return true;
  };
  return {
    async remember(info) {
      await changeWorker(info.id, (known) =>
        isDeepStrictEqual(known?.info, info) ? undefined : { info, draining: known?.draining ?? false },
      );
    },
    async setDraining(id, draining) {
      if (!mirror.records.workers.has(workerKey(id))) return false;
      return changeWorker(id, (known) =>
        known === undefined || known.draining === draining ? undefined : { ...known, draining },
      );
    },
    storeMeasurement: (measurement, worker) => storeMeasurement(options, measurement, worker),
    async storeProvisional({ provisional }, worker) {
      for (const measurement of provisional) {
        const own = variantKey(measurement.variant, measurement.version);
        const known = mirror.records.variants.get(own);
        if (known === undefined || mirror.records.measurements.has(measurementKey(measurement))) continue;
        const key = measurementKey(withStoredClass(measurement, worker));
        logger.info('provisional profile received', { variant: measurement.variant, version: measurement.version });
        await leader.write([unchangedSince(own, known), unchangedSince(key, undefined)], [putRecord(key, measurement)]);
      }
    },
    storeBuckets: () => storeBuckets(options),
    async storeQuarantines({ replicas }) {
      for (const { variant, version, quarantined, poisonousQueries, reason } of replicas) {
        if (!quarantined && poisonousQueries === 0) continue;
        const known = mirror.records.variants.get(variantKey(variant, version));
        const isPoisoned = quarantined || isQuarantined(fleet.poisonousQueries(variant, version));
        if (!isPoisoned || known === undefined || known.value.quarantineReason !== undefined) continue;
        const quarantineReason = reason === '' ? 'requests killed its executors' : reason;
        logger.warn('variant quarantined', { variant, version, reason: quarantineReason });
        await leader.write(
          [unchangedSince(known.key, known)],
          [putRecord(known.key, { ...known.value, quarantineReason })],
        );
      }
    },
    storeMixed: (report) => storeMixed(options, report),
    remeasureInterfered: (id) => remeasureInterfered(options, id),
    async forgetLost({ registry, now, leadingSince }) {
      if (leadingSince === undefined) return;
      for (const known of [...mirror.records.workers.values()]) {
        const { value } = known;
        const { id } = value.info;
        if (registry.assignments.has(id)) continue;
        // Once this is in the store, no load of the worker is still to be written.
        const hasDeparted = mirror.records.loads.get(loadKey(id))?.value.departed === true;
        const isRemovable = hasDeparted && !value.draining && fleet.presence(id, now, leadingSince) === 'gone';
        if (isRemovable || fleet.isLost(id, now, leadingSince)) await remove(known, []);
      }
    },
    forget: (id, { registry, now, leadingSince }) =>
      retryOnConflict(`worker ${id}`, async () => {
        const known = mirror.records.workers.get(workerKey(id));
        if (known === undefined) return false;
        checkForgettable(id, fleet.forgettableAt(id, now, leadingSince ?? now) - now);
        return (await remove(known, registry.assignments.get(id) ?? [])) ? true : undefined;
      }),
  };
}

/** Throws `failed-precondition` before the time: a worker that may return would do so without its replicas and counts. */
function checkForgettable(id: WorkerId, untilMs: number): void {
  if (untilMs <= 0) return;
  const message =
    untilMs === Infinity
      ? `worker ${id} is connected: stop its process, after 'pareto drain ${id}' if other workers shall take its replicas first`
      : `worker ${id} may reconnect: retry in ${Math.ceil(untilMs / 1000)} s`;
  throw new ParetoError('failed-precondition', message);
}

async function remeasureInterfered(
  { leader, mirror, fleet, events, clock, logger }: FleetRecordsOptions,
  worker: WorkerId,
): Promise<void> {
  for (const { report } of lastinglyInterfered(fleet.replicas(worker).values(), clock.now())) {
    const { replica, variant, version } = report;
    const assignment = mirror.records.assignments.get(assignmentKey({ worker, replica }))?.value;
    const info = fleet.session(worker)?.info;
    if (assignment === undefined || info === undefined) continue;
    const { hardwareClass } = onWorker(assignment, info);
    const known = mirror.records.measurements.get(measurementKey({ variant, version, hardwareClass }));
    // It is measured again already.
    if (known === undefined || known.value.environment === '') continue;
    logger.info('variant is measured again: a replica is interfered', { variant, version, hardwareClass, worker });
    if (!(await leader.write([unchangedSince(known.key, known)], remeasure(known)))) continue;
    const reason = 'it is measured again: its batches have taken over 1.25 times as long as profiled for 5 minutes';
    events.add({ kind: 'interfered', subject: variant, worker, reason });
  }
}

async function storeMixed({ leader, mirror, logger }: FleetRecordsOptions, { replicas }: WorkerReport): Promise<void> {
  for (const { variant, version, mixedReason } of replicas) {
    if (mixedReason === '') continue;
    for (const known of measurementsOf(mirror.records, { id: variant, version })) {
      const next = endSharing(known.value, mixedReason);
      if (next === undefined) continue;
      logger.warn('queries influenced each other', { variant, version, reason: mixedReason });
      await leader.write([unchangedSince(known.key, known)], [putRecord(known.key, next)]);
    }
  }
}

async function storeBuckets({ leader, mirror, fleet, logger }: FleetRecordsOptions): Promise<void> {
  const workers = Array.from(mirror.records.workers.values(), ({ value }) => value.info.id);
  const shapes = workers.flatMap((id) => (fleet.session(id) === undefined ? [] : (fleet.lastReport(id)?.shapes ?? [])));
  for (const [key, observed] of groupBy(shapes, measurementKey)) {
    const known = mirror.records.measurements.get(key);
    // Buckets of a variant that is measured anyway are planned afterwards.
    if (known === undefined || known.value.environment === '' || known.value.result.kind === 'failed') continue;
    const { result, ...named } = known.value;
    const buckets = planBuckets(result.profile, observed, defaultBucketParams);
    if (buckets === undefined) continue;
    logger.info('shape buckets planned', { variant: named.variant, version: named.version, buckets: buckets.length });
    const next = { ...named, environment: '', result: { ...result, profile: { ...result.profile, buckets } } };
    await leader.write([unchangedSince(known.key, known)], [putRecord(known.key, next)]);
  }
}

async function storeMeasurement(
  { leader, mirror, logger, metrics }: FleetRecordsOptions,
  measurement: Measurement,
  worker: WorkerInfo,
): Promise<void> {
  const { variant, version, hardwareClass, result } = measurement;
  metrics.measurements.add(1, { outcome: result.kind });
  const outcome = result.kind === 'failed' ? result.reason : 'measured';
  logger.info('measurement received', { variant, version, hardwareClass, result: outcome });
  await retryOnConflict(`the measurement of ${variant}`, async () => {
    const { variants, measurements, tasks } = mirror.records;
    const known = variants.get(variantKey(variant, version));
    const before = measurements.get(measurementKey(measurement));
    if (known === undefined || !replaces(measurement, before?.value)) return true;
    const own = before?.key ?? measurementKey(withStoredClass(measurement, worker));
    const all = measurementsOf(mirror.records, { id: variant, version }).map(({ value }) => value);
    const task = tasks.get(taskKey(known.value.task))?.value;
    const isCurrent = task === undefined || isMeasuredFor(task, measurement);
    const stored = isCurrent ? measurement : onOtherSamples(measurement);
    const isWritten = await leader.write(
      [unchangedSince(known.key, known)],
      [putRecord(own, keepLiveVerdict(stored, all))],
    );
    return isWritten || undefined;
  });
}
