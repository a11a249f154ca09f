// Maps profiles, their shape buckets, and the shapes that replicas have run to messages and back.

import {
  bytes,
  hardwareClassOf,
  milliseconds,
  variantId,
  type Profile,
  type ProfilePoint,
  type RowIsolation,
  type ShapeBucket,
  type Shapes,
  type VariantShapes,
} from '@pareto/core';
import type * as wire from '../gen/messages.js';
import type { Complete } from './complete.js';

export function profileFromWire(message: wire.Profile): Profile {
  return {
    points: message.points.map(pointFromWire),
    loadMs: milliseconds(message.loadMs),
    coldLoadMs: milliseconds(message.coldLoadMs),
    memoryBytes: bytes(message.memoryBytes),
    baseMemoryBytes: bytes(message.baseMemoryBytes),
    predictionError: message.predictionError,
    runtimeVersion: message.runtimeVersion,
    providerUsed: message.providerUsed,
    nodesByProvider: message.nodesByProvider,
    shapes: shapesFromWire(message.shapes),
    ...(message.notRunReason === '' ? {} : { notRun: message.notRunReason }),
    ...(message.provisional ? { provisional: true } : {}),
    ...(message.noise > 0 ? { noise: message.noise } : {}),
    ...(message.deviceMemoryBytes > 0 ? { deviceMemoryBytes: bytes(message.deviceMemoryBytes) } : {}),
    ...(message.buckets.length === 0 ? {} : { buckets: message.buckets.map(bucketFromWire) }),
    ...rowsFromWire(message.rows),
  };
}

/** A verdict that this release does not know counts as none, so that queries do not share batches. */
function rowsFromWire(message: wire.RowIsolation | null): Pick<Profile, 'rows'> {
  switch (message?.verdict) {
    case 'proved':
      return { rows: { kind: 'proved' } };
    case 'checked':
      return { rows: { kind: 'checked', maxBatch: message.maxBatch } };
    case 'mixed':
      return { rows: { kind: 'mixed', reason: message.reason, isLive: message.live } };
    case undefined:
    default:
      return {};
  }
}

const rowsToWire = (rows: RowIsolation): Complete<wire.RowIsolationInput> => ({
  verdict: rows.kind,
  maxBatch: rows.kind === 'checked' ? rows.maxBatch : undefined,
  reason: rows.kind === 'mixed' ? rows.reason : undefined,
  live: rows.kind === 'mixed' ? rows.isLive : undefined,
});

export const profileToWire = ({
  shapes,
  notRun,
  provisional,
  noise,
  buckets,
  rows,
  deviceMemoryBytes,
  ...profile
}: Profile): Complete<wire.ProfileInput> => ({
  ...profile,
  shapes: shapesToWire(shapes),
  notRunReason: notRun,
  provisional,
  noise,
  deviceMemoryBytes,
  buckets: buckets?.map(bucketToWire),
  rows: rows && rowsToWire(rows),
});

const pointFromWire = ({ batch, p50Ms, p95Ms, p99Ms, runs }: wire.ProfilePoint): ProfilePoint => ({
  batch,
  p50Ms: milliseconds(p50Ms),
  p95Ms: milliseconds(p95Ms),
  p99Ms: milliseconds(p99Ms),
  runs,
});

export const bucketFromWire = ({ shapes, points }: wire.ShapeBucket): ShapeBucket => ({
  shapes: shapesFromWire(shapes),
  points: points.map(pointFromWire),
});

export const bucketToWire = ({ shapes, points }: ShapeBucket): Complete<wire.ShapeBucketInput> => ({
  shapes: shapesToWire(shapes),
  points,
});

const shapesFromWire = (shapes: readonly wire.InputShape[]): Shapes =>
  Object.fromEntries(shapes.map(({ name, dims }) => [name, dims]));

const shapesToWire = (shapes: Shapes): readonly Complete<wire.InputShapeInput>[] =>
  Object.entries(shapes).map(([name, dims]) => ({ name, dims }));

export const observedFromWire = (message: wire.ObservedShapes): VariantShapes => ({
  ...message,
  variant: variantId(message.variant),
  hardwareClass: hardwareClassOf(message.hardwareClass),
  shapes: shapesFromWire(message.shapes),
});

export const observedToWire = ({ shapes, ...observed }: VariantShapes): Complete<wire.ObservedShapesInput> => ({
  ...observed,
  shapes: shapesToWire(shapes),
});
