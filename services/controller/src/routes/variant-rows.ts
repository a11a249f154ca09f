// The rows of one variant: one per hardware class that it was measured on, and possibly one without a class.

import { createHash } from 'node:crypto';
import { priceOf, type HardwareClassId, type Measurement, type Profile, type Task } from '@pareto/core';
import { accuracyOn, defaultPlacementParams, measuredFootprint, type PlacementVariant } from '@pareto/policy';
import { accuracyToWire, profileToWire, type Complete, type wire } from '@pareto/protocol';
import type { WorkerCapacity } from './worker-capacity.js';
import type { ClusterView } from '../cluster/observe.js';
import { architectureOf, costOf, latencyOf, type RegistryView } from '../registry/registry-view.js';

/**
 * Returns the rows. There is one without a class if no worker can load the variant on a class that it was measured on.
 */
export function variantRows(
  view: ClusterView,
  capacity: WorkerCapacity,
  variant: PlacementVariant,
): readonly wire.TableRowInput[] {
  const measured = variant.measurements.flatMap((one) => measuredRows(view, capacity, variant, one));
  return measured.some((row) => row.variant?.placeable)
    ? measured
    : [...measured, ...unmeasuredRow(view, capacity, variant)];
}

/**
 * Returns the row without a class. It is placeable while the variant is unmeasured on a class of the workers, so that
 * queries are held. Its accuracy is the one that counts there until then. Empty if the variant is measured on all of them.
 */
function unmeasuredRow(
  { registry }: ClusterView,
  { byProvider }: WorkerCapacity,
  variant: PlacementVariant,
): readonly wire.TableRowInput[] {
  const { id, provider } = variant.variant;
  const classes = [...(byProvider.get(provider) ?? [])];
  const resultOn = (id: HardwareClassId): Measurement['result'] | undefined =>
    variant.measurements.find(({ hardwareClass }) => hardwareClass === id)?.result;
  const failed = classes.map(resultOn).find((result) => result?.kind === 'failed');
  const open = classes.filter((id) => resultOn(id) === undefined);
  const placeable = open.length > 0;
  if (!placeable && failed === undefined && variant.measurements.length > 0) return [];
  const measurementError = placeable || failed?.kind !== 'failed' ? '' : failed.reason;
  const row: Complete<wire.VariantRowInput> = {
    ...identityOf(registry, variant),
    ...unmeasured,
    accuracy: accuracyToWire(open.flatMap((id) => accuracyOn(variant, id) ?? [])[0]),
    hardwareClass: '',
    placeable,
    measurementError,
  };
  return [{ key: `variant/${id}/`, variant: row }];
}

const unmeasured = {
  accuracyRank: undefined,
  accuracyRankWithin: undefined,
  disagreement: undefined,
  profileDigest: undefined,
  costPer_1k: undefined,
  usdPerHour: undefined,
};

/** Fields that differ between the rows of a variant. */
type FieldOfClass = 'hardwareClass' | 'placeable' | 'measurementError' | 'accuracy' | keyof typeof unmeasured;

function identityOf(registry: RegistryView, one: PlacementVariant): Complete<wire.VariantRowInput, FieldOfClass> {
  const { id, architecture, version, recipe, quarantineReason = '' } = one.variant;
  const { dominatedBy = '', dominatedWithin } = one;
  const maxBatchSize = architectureOf(registry, architecture, version)?.maxBatchSize ?? 0;
  const identity = { variant: id, architecture, version, recipe, maxBatchSize };
  return { ...identity, quarantineReason, dominatedBy, dominatedWithin };
}

interface CachedRows {
  readonly task: Task | undefined;
  readonly variant: PlacementVariant;
  readonly placeable: boolean;
  readonly rows: readonly wire.TableRowInput[];
}

const rowCache = new WeakMap<Measurement, CachedRows>();

function measuredRows(
  view: ClusterView,
  { isHosted }: WorkerCapacity,
  variant: PlacementVariant,
  measurement: Measurement,
): readonly wire.TableRowInput[] {
  const { hardwareClass, result } = measurement;
  if (result.kind === 'failed') return [];
  const task = view.registry.tasks.get(variant.variant.task);
  // A worker that is connected or awaited could load it.
  const footprint = measuredFootprint(variant.variant, result.profile, defaultPlacementParams);
  const placeable = isHosted({ hardwareClass, ...footprint });
  const known = rowCache.get(measurement);
  if (known !== undefined && known.task === task && known.variant === variant && known.placeable === placeable)
    return known.rows;
  const profileDigest = digestOf(result.profile);
  const mark = variant.accuracyMarks.get(hardwareClass);
  const rows = [
    {
      key: `variant/${variant.variant.id}/${hardwareClass}`,
      variant: {
        ...identityOf(view.registry, variant),
        hardwareClass,
        accuracy: accuracyToWire(accuracyOn(variant, hardwareClass)),
        accuracyRank: mark?.rank,
        accuracyRankWithin: mark?.rankWithin,
        disagreement: mark?.disagreement,
        profileDigest,
        costPer_1k: costOf(measurement, view.prices, latencyOf(view.registry, variant.variant.task)) ?? 0,
        usdPerHour: priceOf(view.prices, hardwareClass) ?? 0,
        placeable,
        measurementError: undefined,
      } satisfies Complete<wire.VariantRowInput>,
    },
    { key: `profile/${profileDigest}`, profile: { digest: profileDigest, profile: profileToWire(result.profile) } },
  ];
  rowCache.set(measurement, { task, variant, placeable, rows });
  return rows;
}

const digests = new WeakMap<Profile, string>();

function digestOf(profile: Profile): string {
  const known = digests.get(profile);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(JSON.stringify(profile)).digest('hex').slice(0, 32);
  digests.set(profile, digest);
  return digest;
}
