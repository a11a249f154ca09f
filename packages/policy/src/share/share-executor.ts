// Small models on the CPU share executor processes: which ones do, and the memory that each of them counts for.

import type { Manifest, Profile, Variant, VariantId } from '@pareto/core';

const mib = 2 ** 20;

/** Maximum number of models in a process. When it dies, all of them are loaded again, each in a process of its own. */
export const maxSharedModels = 32;
/** Maximum size of the files of a model that shares a process. */
const maxFileBytes = mib;
/** Maximum measured memory of such a model in a process of its own, which takes half of that without a model. */
const maxMemoryBytes = 64 * mib;
/** Assumed memory of a process without its models. Measured: 37 MiB with 32 models of 20 KB. */
const processBytes = 48 * mib;
/** Assumed memory of a model, as a multiple of the size of its files. */
const memoryFactor = 4;

type Shareable = Pick<Variant, 'provider' | 'manifest'>;

/**
 * Returns whether the replicas of a variant share processes with others of the same owner. A variant without a profile is judged by its
 * files alone; one that was measured without running does not share.
 */
export function mayShare({ provider, manifest }: Shareable, profile: Profile | undefined): boolean {
  if (provider !== 'cpu' || sizeOf(manifest) > maxFileBytes) return false;
  if (profile === undefined) return true;
  return profile.points.length > 0 && profile.memoryBytes <= maxMemoryBytes;
}

/** Returns the memory of a replica: the measured one or, if it shares a process, its own and its part of the process. */
export function replicaMemory(variant: Shareable, profile: Profile): number {
  return mayShare(variant, profile) ? sharedMemory(variant.manifest) : profile.memoryBytes;
}

/** Returns the assumed memory of a replica that shares a process, with its part of a full process. */
export const sharedMemory = (manifest: Manifest): number =>
  processBytes / maxSharedModels + memoryFactor * sizeOf(manifest);

/** Returns the tenant whose models may share processes with those of the variant. */
export const ownerOf = (variant: VariantId): string => {
  const [tenant = '', name] = variant.split('/');
  return name === undefined ? 'default' : tenant;
};

const sizeOf = ({ files }: Manifest): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
