// What the model autoscaler of a worker knows.

import type { InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';

/** A variant that a worker runs. */
export interface RunningVariant {
  readonly variant: InfaasVariant;
  /** Number of ready replicas, at least 1. */
  readonly replicas: number;
  /** Queries per second that they get together. */
  readonly qps: number;
}

/** The variants of one architecture on a worker. */
export interface ScalingSnapshot {
  readonly running: readonly RunningVariant[];
  /** Names of the variants of which replicas are being loaded. */
  readonly loading: ReadonlySet<string>;
  /** All variants that the worker can run, also those that it does. */
  readonly known: readonly InfaasVariant[];
  readonly freeBytes: number;
  /** Number of slots of the worker. */
  readonly slots: number;
}

/** Returns the number of replicas of a variant that the worker may have: one for each slot, if that is more than in the source. */
export const maxReplicas = (
  { kind }: InfaasVariant,
  { slots }: Pick<ScalingSnapshot, 'slots'>,
  { kinds }: InfaasParams,
): number => Math.max(kinds[kind].maxReplicas, slots);

/** Returns the memory that replicas may take. */
export const roomOf = ({ freeBytes }: Pick<ScalingSnapshot, 'freeBytes'>, { freeMib }: InfaasParams): number =>
  Math.max(0, freeBytes - freeMib * 2 ** 20);
