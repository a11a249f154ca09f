// The memory that an executor may use.

import { mayShare } from '../share/share-executor.js';
import type { AssignedReplica } from './assigned-replica.js';

const mib = 2 ** 20;
/** Memory allowed over twice the measured memory: inputs, outputs and the arena of the largest batch. */
const allowance = 256 * mib;
const minLimit = 128 * mib;
/** Memory allowed to a model that is not measured yet, in addition to a multiple of the size of its files. */
const [unmeasuredFactor, unmeasuredAllowance] = [12, 1024 * mib];

type LimitedReplica = Pick<AssignedReplica, 'profile' | 'spec'>;

/** Returns the memory limit in bytes of one more executor: what its replica needs, or all of the `free` memory if it serves none. */
export const memoryLimit = (free: number, replica: LimitedReplica | undefined): number =>
  Math.floor(Math.max(minLimit, Math.min(replica === undefined ? Infinity : neededBytes(replica), free)));

/**
 * Returns the memory that a replica may use, or the process that it shares. Infinity if its model was measured without
 * running.
 */
function neededBytes({ profile, spec }: LimitedReplica): number {
  if (profile === undefined || profile.provisional === true || mayShare(spec, profile)) {
    const sizeBytes = spec.manifest.files.reduce((total, file) => total + file.sizeBytes, 0);
    return unmeasuredFactor * sizeBytes + unmeasuredAllowance;
  }
  return profile.points.length === 0 ? Infinity : 2 * profile.memoryBytes + allowance;
}
