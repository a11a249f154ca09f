// Hosts of the standard scenario. They are a fixed pool.

import { ParetoError } from '@pareto/core';
import type { InstanceType } from '../profiles/tables/ec2.js';
import type { SimulatedFleet } from '../scenario/fleet.js';

/** Hosts of one instance type, whose slots are a hardware class. */
export interface StandardHosts {
  readonly hardwareClass: string;
  readonly instance: string;
  /** GPU and precision in NVIDIA's table. Undefined if the slots are vCPUs. */
  readonly gpu: { readonly name: string; readonly precision: string } | undefined;
  readonly count: number;
}

/**
 * | class | instance | slots of a host | USD per hour of a host | of a slot | hosts |
 * | ----- | -------- | --------------- | ---------------------- | --------- | ----- |
 * | t4 | g4dn.xlarge | 1 GPU | 0.526 | 0.526 | 64 |
 * | v100 | p3.2xlarge | 1 GPU | 3.06 | 3.06 | 8 |
 * | a100 | p4d.24xlarge | 8 GPUs | 21.957642 | 2.7447 | 2 |
 * | cpu | c7a.2xlarge | 8 vCPUs, each a core | 0.41056 | 0.05132 | 16 |
 *
 * The CPU is the one that `cpuPoints` was measured on.
 */
export const standardHosts: readonly StandardHosts[] = [
  { hardwareClass: 't4', instance: 'g4dn.xlarge', gpu: { name: 'T4', precision: 'FP32' }, count: 64 },
  { hardwareClass: 'v100', instance: 'p3.2xlarge', gpu: { name: 'V100', precision: 'FP32' }, count: 8 },
  { hardwareClass: 'a100', instance: 'p4d.24xlarge', gpu: { name: 'A100', precision: 'TF32' }, count: 2 },
  { hardwareClass: 'cpu', instance: 'c7a.2xlarge', gpu: undefined, count: 16 },
];

/** Returns the instance types of the hosts. Throws `invalid-argument` if one is missing. */
export const instanceOf = ({ instance }: StandardHosts, types: readonly InstanceType[]): InstanceType => {
  const found = types.find(({ name }) => name === instance);
  if (found !== undefined) return found;
  throw new ParetoError('invalid-argument', `there is no price of the instance type ${instance}`);
};

/** A host keeps 1 GiB for itself, as in INFaaS. */
const ownGib = 1;

/** Memory for the replicas of a host: that of its GPUs if it has any, else its own. */
const memoryMibOf = ({ gpus, gpuMemoryGib, memoryGib }: InstanceType): number =>
  (gpus > 0 ? gpus * (gpuMemoryGib - ownGib) : memoryGib - ownGib) * 1024;

const slotsOf = ({ gpus, vcpus }: InstanceType): number => (gpus > 0 ? gpus : vcpus);

/** Memory that a replica may use: half of that of a GPU, or of the host. So at least two variants share each of them. */
export const replicaMemoryMib = (type: InstanceType): number => memoryMibOf(type) / Math.max(1, type.gpus) / 2;

export function createStandardFleet(types: readonly InstanceType[]): SimulatedFleet {
  const hosts = standardHosts.map((one) => ({ ...one, type: instanceOf(one, types) }));
  return {
    classes: hosts.map(({ hardwareClass: name, type }) => ({ name, usdPerSlotHour: type.usdPerHour / slotsOf(type) })),
    workers: hosts.map(({ hardwareClass, count, type }) => ({
      ...{ hardwareClass, count, slots: slotsOf(type), memoryMib: memoryMibOf(type) },
    })),
  };
}
