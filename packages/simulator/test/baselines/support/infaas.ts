// Variants and snapshots of INFaaS for its tests.

import { hardwareClassId } from '@pareto/core';
import { registerVariants, type InfaasVariant } from '../../../src/baselines/infaas/infaas-variant.js';
import { defaultInfaasParams, type HardwareKind } from '../../../src/baselines/infaas/params.js';
import { listOptions } from '../../../src/baselines/options/variant-option.js';
import type { SimulatedVariant } from '../../../src/scenario/registry.js';
import { smallCluster, workersOn } from './small-cluster.js';

const classes = { cpu: 0.05, gpu: 0.5, inferentia: 0.3 } as const;

/** Registers the variants of a cluster with a worker of each kind. The classes have the names of the kinds. */
export function registered(...variants: readonly SimulatedVariant[]): readonly InfaasVariant[] {
  const workers = Object.keys(classes).map((name) => workersOn(name, 1, 4));
  const options = listOptions(smallCluster(variants, workers, classes));
  return registerVariants(options, kindNamed, defaultInfaasParams);
}

function kindNamed(id: string): HardwareKind {
  const kinds = Object.keys(classes) as (keyof typeof classes)[];
  const kind = kinds.find((name) => id === hardwareClassId(`cpu/${name}/none`));
  if (kind === undefined) throw new Error(`${id} is not a class of the tests`);
  return kind;
}

/** Returns the variant with this maximum batch on a class. */
export function onClass(variants: readonly InfaasVariant[], kind: HardwareKind, maxBatch?: number): InfaasVariant {
  const found = variants.find((one) => one.kind === kind && (maxBatch === undefined || one.maxBatch === maxBatch));
  if (found === undefined) throw new Error(`there is no variant on ${kind} with batches of ${maxBatch ?? 'any size'}`);
  return found;
}
