// The rows of the routing table, from registry, plan and live fleet. Pure: the same scene gives the same rows.

import { createHash } from 'node:crypto';
import { priceOf, type Measurement, type Profile, type VariantId, type WorkerInfo } from '@pareto/core';
import type { PlacementVariant } from '@pareto/policy';
import {
  accuracyToWire,
  architectureToWire,
  profileToWire,
  replicaStateToWire,
  taskToWire,
  type wire,
} from '@pareto/rpc';
import { ceilingOf } from './assignments.js';
import type { Scene } from './observe.js';
import { costOf, latencyOf, versionKey } from './registry-view.js';

/** By key. */
export type TableRows = ReadonlyMap<string, wire.TableRowInput>;

export function tableRows(scene: Scene, routers: readonly wire.RouterInfoInput[]): TableRows {
  const rows: wire.TableRowInput[] = [];
  for (const task of scene.registry.tasks.values()) rows.push({ key: `task/${task.name}`, task: taskToWire(task) });
  for (const architecture of [...scene.registry.architectures.values()].flat()) {
    const key = `architecture/${architecture.name}/${architecture.version}`;
    rows.push({ key, architecture: architectureToWire(architecture) });
  }
  const ready = readyVersions(scene);
  for (const current of scene.registry.variants.values()) {
    rows.push(...variantRows(scene, servedVersion(scene, current, ready.get(current.variant.id) ?? [])));
  }
  rows.push(...replicaRows(scene));
  for (const router of routers) rows.push({ key: `router/${router.routerId}`, router });
  return new Map(rows.map((row) => [row.key ?? '', row]));
}

function readyVersions({ registry, fleet }: Scene): ReadonlyMap<VariantId, readonly number[]> {
  const ready = new Map<VariantId, number[]>();
  for (const { worker, replica, variant, version } of [...registry.assignments.values()].flat()) {
    if (fleet.replicas(worker).get(replica)?.report.state !== 'ready') continue;
    ready.set(variant, [...(ready.get(variant) ?? []), version]);
  }
  return ready;
}

/** The current version; an older one for as long as only that has replicas that are ready. */
function servedVersion({ registry }: Scene, current: PlacementVariant, ready: readonly number[]): PlacementVariant {
  const { id, version } = current.variant;
  if (ready.length === 0 || ready.includes(version)) return current;
  return registry.versions.get(versionKey(id, Math.max(...ready))) ?? current;
}

/** One row per hardware class it was measured on; one without a class when there is none that a worker could load. */
function variantRows(scene: Scene, variant: PlacementVariant): readonly wire.TableRowInput[] {
  const measured = variant.measurements.flatMap((measurement) => measuredRows(scene, variant, measurement));
  return measured.some((row) => row.variant?.placeable) ? measured : [...measured, ...unmeasuredRow(scene, variant)];
}

/** Queries may be held for it while a class that a worker has is not measured yet; none when all are. */
function unmeasuredRow(scene: Scene, variant: PlacementVariant): readonly wire.TableRowInput[] {
  const { id, provider } = variant.variant;
  const groups = presentWorkers(scene).flatMap(({ info, draining }) => (draining ? [] : info.slotGroups));
  const offered = groups.filter((group) => group.slots > 0 && group.hardwareClass.provider === provider);
  const results = offered.map(
    (group) => variant.measurements.find((m) => m.hardwareClass === group.hardwareClass.id)?.result,
  );
  const failed = results.find((result) => result?.kind === 'failed');
  const placeable = results.includes(undefined);
  if (!placeable && failed === undefined && variant.measurements.length > 0) return [];
  const measurementError = placeable || failed?.kind !== 'failed' ? '' : failed.reason;
  return [
    { key: `variant/${id}/`, variant: { ...identityOf(variant), hardwareClass: '', placeable, measurementError } },
  ];
}

function identityOf({ variant }: PlacementVariant): wire.VariantRowInput {
  const { id, architecture, version, recipe, quarantineReason = '' } = variant;
  return { variant: id, architecture, version, recipe, quarantineReason };
}

function measuredRows(
  scene: Scene,
  variant: PlacementVariant,
  measurement: Measurement,
): readonly wire.TableRowInput[] {
  const { hardwareClass, result } = measurement;
  if (result.kind === 'failed') return [];
  const profileDigest = digestOf(result.profile);
  const latencyMs = latencyOf(scene.registry, variant.variant.task);
  return [
    {
      key: `variant/${variant.variant.id}/${hardwareClass}`,
      variant: {
        ...identityOf(variant),
        hardwareClass,
        accuracy: accuracyToWire(result.accuracy),
        profileDigest,
        costPer_1k: costOf(measurement, scene.prices, latencyMs) ?? 0,
        usdPerHour: priceOf(scene.prices, hardwareClass) ?? 0,
        placeable: isPlaceable(scene, hardwareClass, result.profile),
      },
    },
    { key: `profile/${profileDigest}`, profile: { digest: profileDigest, profile: profileToWire(result.profile) } },
  ];
}

/** Some worker that is here, or expected back, could load it. */
function isPlaceable(scene: Scene, hardwareClass: string, { memoryBytes }: Profile): boolean {
  return presentWorkers(scene).some(
    ({ info, draining }) =>
      !draining &&
      info.memoryBytes >= memoryBytes &&
      info.slotGroups.some((group) => group.slots > 0 && group.hardwareClass.id === hardwareClass),
  );
}

/** Replicas of the plan as last reported; those of workers that are gone are left out, and so are failed ones. */
function replicaRows(scene: Scene): readonly wire.TableRowInput[] {
  return presentWorkers(scene).flatMap(({ info }) =>
    (scene.registry.assignments.get(info.id) ?? []).flatMap((assignment) => {
      const report = scene.fleet.replicas(info.id).get(assignment.replica)?.report;
      if (report === undefined || report.state === 'failed' || report.quarantined) return [];
      const { replica: replicaId, variant, version, hardwareClass } = assignment;
      const row = { replicaId, variant, version, hardwareClass, workerId: info.id, address: info.address };
      const state = replicaStateToWire(report.state);
      return [
        {
          key: `replica/${replicaId}`,
          replica: { ...row, state, batchCeiling: ceilingOf(scene.registry, assignment) },
        },
      ];
    }),
  );
}

function presentWorkers(scene: Scene): readonly { readonly info: WorkerInfo; readonly draining: boolean }[] {
  const { records, fleet, now, leadingSince } = scene;
  return Array.from(records.workers.values(), ({ value }) => value)
    .filter(({ info }) => fleet.presence(info.id, now, leadingSince) !== 'gone')
    .map(({ info, draining }) => ({ info: fleet.session(info.id)?.info ?? info, draining }));
}

const digests = new WeakMap<Profile, string>();

function digestOf(profile: Profile): string {
  const known = digests.get(profile);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(JSON.stringify(profile)).digest('hex').slice(0, 32);
  digests.set(profile, digest);
  return digest;
}
