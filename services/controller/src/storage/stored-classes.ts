// The ids of hardware classes in the store. In records of workers, assignments and measurements they end in the memory of
// the worker's slots, because a controller of an older release compares them with what the worker sends.

import { idWithMemory, type Assignment, type HardwareClassId, type Measurement, type WorkerInfo } from '@pareto/core';
import type { WorkerRecord } from './records.js';

/** Returns the record with the ids that are stored. */
export function storedWorker(record: WorkerRecord): WorkerRecord {
  const slotGroups = record.info.slotGroups.map((group) => ({
    ...group,
    hardwareClass: { ...group.hardwareClass, id: idWithMemory(group) },
  }));
  return { ...record, info: { ...record.info, slotGroups } };
}

/** Returns the record with the id that is stored. It has no memory if the worker is unknown or lacks the class. */
export const withStoredClass = <T extends Assignment | Measurement>(
  record: T,
  worker: Pick<WorkerInfo, 'slotGroups'> | undefined,
): T => ({ ...record, hardwareClass: storedClass(record.hardwareClass, worker) });

function storedClass(id: HardwareClassId, worker: Pick<WorkerInfo, 'slotGroups'> | undefined): HardwareClassId {
  const group = worker?.slotGroups.find(({ hardwareClass }) => hardwareClass.id === id);
  return group === undefined ? id : idWithMemory(group);
}
