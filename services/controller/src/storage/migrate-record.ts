// Migrates records of older schema versions when they are read.

import {
  bytes,
  hardwareClassOf,
  noCounts,
  originalRecipe,
  verifiesRows,
  type Assignment,
  type Measurement,
  type Profile,
  type SlotGroup,
  type WorkerInfo,
} from '@pareto/core';
import type { CountedReport, CounterRecord, LoadRecord, RecordKind, WorkerRecord } from './records.js';

/**
 * Returns a record with the fields that older schema versions lack. The ids of hardware classes have no memory (see
 * `stored-classes.ts`).
 */
export function migrateRecord(kind: RecordKind, value: unknown): unknown {
  if (kind === 'architectures') return { recipes: [originalRecipe], keepAll: false, labels: {}, ...(value as object) };
  if (kind === 'measurements') return migrateMeasurement(withoutMemory(value as Measurement));
  if (kind === 'assignments') return withoutMemory(value as Assignment);
  if (kind === 'counters') return migrateCounts(value as CounterRecord);
  if (kind === 'loads') return migrateLoad(value as LoadRecord);
  return kind === 'workers' ? migrateWorker(value as WorkerRecord) : value;
}

/**
 * Adds the missing fields. The empty environment causes a new measurement, because older releases measured the accuracy
 * over other samples, or, as leaders, did not store what a worker verified.
 */
function migrateMeasurement(read: Measurement): Measurement {
  const environment = (read as Partial<Measurement>).environment ?? '';
  const { result } = read;
  if (result.kind === 'failed') return { ...read, environment };
  const { profile } = result;
  const isLost = profile.rows === undefined && verifiesRows(environment);
  const measurement = { ...read, environment: isLost ? '' : environment };
  const lacking: Partial<Profile> = {
    coldLoadMs: profile.loadMs,
    baseMemoryBytes: bytes(0),
    nodesByProvider: {},
    shapes: {},
  };
  return { ...measurement, result: { ...result, profile: { ...lacking, ...profile } } };
}

const withoutMemory = <T extends Assignment | Measurement>(read: T): T => ({
  ...read,
  hardwareClass: hardwareClassOf(read.hardwareClass),
});

const lacking: Omit<SlotGroup, 'hardwareClass' | 'slots'> = {
  driver: '',
  memoryPerSlot: bytes(0),
  deviceMemoryBytes: bytes(0),
  deviceId: '',
};

/** Older releases stored the memory of a slot in the hardware class. */
type StoredClass = SlotGroup['hardwareClass'] & Partial<Pick<SlotGroup, 'memoryPerSlot'>>;

const migrateGroup = ({ hardwareClass, ...group }: SlotGroup): SlotGroup => {
  const { memoryPerSlot, ...named } = hardwareClass as StoredClass;
  const known = memoryPerSlot === undefined ? {} : { memoryPerSlot };
  return { ...lacking, ...known, ...group, hardwareClass: { ...named, id: hardwareClassOf(named.id) } };
};

/** Workers of older releases lack what later ones can do. */
const noAbilities: Partial<WorkerInfo> = { replacesFiles: false };

const migrateWorker = (read: WorkerRecord): WorkerRecord => ({
  ...read,
  info: { ...noAbilities, ...read.info, slotGroups: read.info.slotGroups.map(migrateGroup) },
});

/** Adds the counts for the protocol's statistics, which older releases did not store. */
const migrateCounts = <T extends { readonly counts?: CounterRecord['counts'] }>(read: T): T =>
  read.counts === undefined ? { ...read, counts: noCounts } : read;

/** Returns the report as read if it lacks nothing: the order of its fields is compared when it is written again. */
const migrateReport = (read: CountedReport): CountedReport =>
  (read as Partial<CountedReport>).checkedRows === undefined ? { ...withoutChecks, ...read } : read;

const withoutChecks = { interfered: false, checkedRows: 0, mixedReason: '', comparedRows: 0, agreedRows: 0 };

const migrateLoad = (read: LoadRecord): LoadRecord => ({
  ...read,
  replicas: read.replicas.map((report) => migrateReport(migrateCounts(report))),
});
