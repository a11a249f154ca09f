// The variants that accuracy scaling chooses from, with the rate at which each serves the queries of a stream.

import { groupBy } from '@pareto/core';
import { p50At, p99At } from '@pareto/policy';
import type { PolicySetting, ServingReplica } from '../../policies/serving-policy.js';
import { largestBatch, listOptions, type VariantOption } from '../options/variant-option.js';

/** Batches in which a replica serves the queries of a stream. */
export interface Mode {
  readonly batch: number;
  /** Queries per second of a slot that runs nothing else. */
  readonly ratePerSecond: number;
}

export interface ScalableOption extends VariantOption {
  /** Modes by stream. Undefined for streams that the option cannot serve. */
  readonly modes: readonly (Mode | undefined)[];
}

/** The batches that are run, of those within half of the objective: the largest, or those with the highest rate. */
export type BatchPreference = 'largest' | 'fastest';

/** Returns the options that can serve at least one stream: those of its task that reach its accuracy floor and its latency. */
export function listScalableOptions(
  { cluster, streams, objectives }: Pick<PolicySetting, 'cluster' | 'streams' | 'objectives'>,
  preference: BatchPreference,
): readonly ScalableOption[] {
  const options = listOptions(cluster);
  const modes = objectives.map(({ latencyMs, minAccuracy = 0 }, stream) => {
    const own = options.filter(({ task, accuracy }) => task === streams[stream]?.task && accuracy >= minAccuracy);
    const withinHalf = own.map((option) => [option, modeWithinHalf(option, latencyMs, preference)] as const);
    // Objectives that leave no time to wait are served one query at a time.
    const isServed = withinHalf.some(([, mode]) => mode !== undefined);
    return new Map(isServed ? withinHalf : own.map((option) => [option, singleMode(option, latencyMs)] as const));
  });
  return options
    .map((option) => ({ ...option, modes: modes.map((byOption) => byOption.get(option)) }))
    .filter((option) => option.modes.some((mode) => mode !== undefined));
}

function modeWithinHalf(option: VariantOption, latencyMs: number, preference: BatchPreference): Mode | undefined {
  const { profile } = option;
  const modes = profile.points
    .map(({ batch }) => batch)
    .filter((batch) => batch <= largestBatch(option) && p50At(profile, batch) < latencyMs / 2)
    .map((batch) => ({ batch, ratePerSecond: (1_000 * batch) / p50At(profile, batch) }));
  const key = preference === 'largest' ? 'batch' : 'ratePerSecond';
  return modes.toSorted((a, b) => b[key] - a[key])[0];
}

const singleMode = ({ profile }: VariantOption, latencyMs: number): Mode | undefined =>
  p99At(profile, 1) <= latencyMs ? { batch: 1, ratePerSecond: 1_000 / p50At(profile, 1) } : undefined;

/** Returns the option of a replica. Undefined for a variant that serves no stream there. */
export type OptionOf = (replica: Pick<ServingReplica, 'variant' | 'worker'>) => ScalableOption | undefined;

export function createOptionOf(options: readonly ScalableOption[]): OptionOf {
  const byVariant = groupBy(options, ({ variant }) => variant);
  return ({ variant, worker }) => {
    const id = worker.slotGroups[0]?.hardwareClass.id;
    return byVariant.get(variant)?.find(({ hardwareClass }) => hardwareClass === id);
  };
}
