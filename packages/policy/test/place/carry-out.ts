// A simulated fleet that carries out plans.

import { bytes, digest, milliseconds, type Plan } from '@pareto/core';
import { servedVersion } from '../../src/lifecycle/served-version.js';
import { fleetClasses, fleetProviders } from '../../src/make/fleet-classes.js';
import { missingVariants } from '../../src/make/variants-of.js';
import {
  noAccuracyMarks,
  type PlacementArchitecture,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
} from '../../src/snapshot/snapshot.js';
import { files, variant } from '../support/fixture.js';

const unmarked = { accuracyMarks: noAccuracyMarks, dominatedBy: undefined, dominatedWithin: false };

/** Memory of a variant that is measured, which is also what a provisional profile reports. */
const memoryMib = 60;

/**
 * Returns the snapshot one turn after a plan: unloaded replicas are gone, loaded ones are ready, measured variants have
 * a profile, generated files have an outcome and variants, and served versions are updated.
 */
export function carryOut(before: PlacementSnapshot, plan: Plan, keepDraining = false): PlacementSnapshot {
  const unloaded = new Set(plan.actions.flatMap((a) => (a.kind === 'unload' ? [a.assignment.replica] : [])));
  const now = milliseconds(before.now + 1000);
  const kept = before.replicas.flatMap((replica): PlacementReplica[] => {
    if (unloaded.has(replica.assignment.replica)) return keepDraining ? [{ ...replica, state: 'draining' }] : [];
    if (replica.state === 'draining') return [];
    if (replica.state !== 'assigned') return [replica];
    return [{ ...replica, state: 'ready', since: now, readyAt: now }];
  });
  const assigned = {
    state: 'assigned',
    since: now,
    readyAt: undefined,
    memoryBytes: bytes(0),
    lastUsedAt: now,
  } as const;
  const loaded = plan.actions.flatMap((action): PlacementReplica[] =>
    action.kind === 'load' ? [{ ...assigned, assignment: action.assignment }] : [],
  );
  const made = before.architectures.map((planned) => withOutcomes(planned, plan));
  const measured = before.variants.map((v) => withProvisional(withMeasurements(v, plan), kept));
  const providers = fleetProviders(fleetClasses(before.workers));
  const fresh = made.flatMap((planned) =>
    planned.outcomes.length === 0 ? [] : missingVariants(planned, measured, providers),
  );
  const after = {
    ...before,
    now,
    planId: `p${now}`,
    held: [],
    replicas: [...kept, ...loaded],
    architectures: made,
    variants: [
      ...measured.filter((v) => !fresh.some(({ id, version }) => id === v.variant.id && version === v.variant.version)),
      ...fresh.map((v) => ({ variant: v, measurements: [], ...unmarked })),
    ],
  };
  return { ...after, served: servedOf(after) };
}

function withOutcomes(planned: PlacementArchitecture, plan: Plan): PlacementArchitecture {
  const { name } = planned.architecture;
  const fresh = plan.actions.flatMap((action): PlacementArchitecture['outcomes'] => {
    if (action.kind !== 'make' || action.architecture !== name) return [];
    const { version, recipe } = action;
    return [{ architecture: name, version, recipe, result: made }];
  });
  return fresh.length === 0 ? planned : { ...planned, outcomes: [...planned.outcomes, ...fresh] };
}

const made = {
  kind: 'made' as const,
  modelDigest: digest('sha256:2'),
  manifest: files,
  similarity: 1,
  note: 'made',
};

function withMeasurements(known: PlacementVariant, plan: Plan): PlacementVariant {
  const { id, task: of, version } = known.variant;
  const fresh = plan.actions.flatMap((action): PlacementVariant['measurements'] => {
    if (action.kind !== 'measure' || action.variant !== id || action.version !== version) return [];
    const measured = variant(id, { task: of, version, p50Ms: 2, memoryMib }).measurements;
    return measured.map((one) => ({ ...one, hardwareClass: action.hardwareClass }));
  });
  if (fresh.length === 0) return known;
  const kept = known.measurements.filter((one) => !fresh.some((f) => f.hardwareClass === one.hardwareClass));
  return { ...known, measurements: [...kept, ...fresh] };
}

/** Adds the provisional profile that a ready replica reports on a class that its variant was not measured on. */
function withProvisional(known: PlacementVariant, replicas: readonly PlacementReplica[]): PlacementVariant {
  const { id, task: of, version } = known.variant;
  const own = replicas.find(
    ({ state, assignment }) => state === 'ready' && assignment.variant === id && assignment.version === version,
  );
  if (own === undefined) return known;
  const { hardwareClass } = own.assignment;
  if (known.measurements.some((one) => one.hardwareClass === hardwareClass)) return known;
  const measurements = variant(id, { task: of, version, p50Ms: 3, memoryMib }).measurements.flatMap((one) => {
    if (one.result.kind !== 'measured') return [];
    const profile = { ...one.result.profile, provisional: true as const };
    return [{ ...one, hardwareClass, environment: '', result: { ...one.result, profile, accuracy: undefined } }];
  });
  return { ...known, measurements: [...known.measurements, ...measurements] };
}

/** Returns the served version of every architecture. */
export const servedOf = (world: PlacementSnapshot): ReadonlyMap<string, number> =>
  new Map(
    world.architectures.map((current) => {
      const { name } = current.architecture;
      const { workers, rules } = world;
      const variants = world.variants.filter((v) => v.variant.architecture === name);
      const replicas = world.replicas.filter((r) => r.assignment.variant.startsWith(`${name}:`));
      const served = world.served.get(name);
      return [name, servedVersion({ served, current, variants, replicas, workers, rules })];
    }),
  );
