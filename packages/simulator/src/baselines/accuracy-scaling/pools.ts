// Workers that are alike, and the options that they can hold.

import { groupBy, type HardwareClassId, type WorkerInfo } from '@pareto/core';
import type { ScalableOption } from './scalable-option.js';

/** Workers of one class with equal slots and memory. */
export interface Pool {
  readonly hardwareClass: HardwareClassId | undefined;
  readonly workers: readonly WorkerInfo[];
  /** Slots and memory of each worker. */
  readonly slots: number;
  readonly memoryBytes: number;
}

/** An option on the workers of a pool. */
export interface PoolOption extends Pick<ScalableOption, 'modes'> {
  readonly pool: Pool;
  readonly option: ScalableOption;
}

const slotsOf = ({ slotGroups }: WorkerInfo): number => slotGroups.reduce((sum, { slots }) => sum + slots, 0);

export function listPools(workers: readonly WorkerInfo[]): readonly Pool[] {
  const classOf = ({ slotGroups }: WorkerInfo): HardwareClassId | undefined => slotGroups[0]?.hardwareClass.id;
  const alike = groupBy(workers, (worker) => `${classOf(worker)} ${slotsOf(worker)} ${worker.memoryBytes}`);
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    return [{ hardwareClass: classOf(first), workers: own, slots: slotsOf(first), memoryBytes: first.memoryBytes }];
  });
}

export const listPoolOptions = (pools: readonly Pool[], options: readonly ScalableOption[]): readonly PoolOption[] =>
  pools.flatMap((pool) =>
    options
      .filter(({ hardwareClass, profile }) => {
        return hardwareClass === pool.hardwareClass && profile.memoryBytes <= pool.memoryBytes;
      })
      .map((option) => ({ pool, option, modes: option.modes })),
  );
