// Reads the prices and sizes of EC2's instance types.

import { readTable, type TableFile } from './read-table.js';

export interface InstanceType {
  readonly name: string;
  readonly usdPerHour: number;
  readonly vcpus: number;
  readonly memoryGib: number;
  /** 0 if it has none. */
  readonly gpus: number;
  /** Memory of each GPU. 0 if it has none. */
  readonly gpuMemoryGib: number;
}

const columns = ['instance_type', 'usd_per_hour', 'vcpus', 'mem_gib', 'gpu_count', 'gpu_mem_gib_each'] as const;

export const readInstanceTypes = (file: TableFile): readonly InstanceType[] =>
  readTable(file, columns).map((row) => ({
    name: row.text('instance_type'),
    usdPerHour: row.number('usd_per_hour'),
    vcpus: row.number('vcpus'),
    memoryGib: row.number('mem_gib'),
    gpus: row.numberIfAny('gpu_count') ?? 0,
    gpuMemoryGib: row.numberIfAny('gpu_mem_gib_each') ?? 0,
  }));
