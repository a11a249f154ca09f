// The model autoscaler of INFaaS: by how much a worker changes the number of replicas of the variants of an architecture.

import type { InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';
import { checkUpgrade, type UpgradeCheck } from './check-upgrade.js';
import { checkVariant, type VariantCheck } from './check-variant.js';
import { findLadder, isAccelerated, isReplaced, type Ladder } from './ladder.js';
import { maxReplicas, type ScalingSnapshot } from './snapshot.js';

/**
 * A change of the number of replicas of a variant. `up`: loads `count` more. `down`: unloads one, if it is requested in enough ticks
 * in a row, and loads `instead` before the last one. `replaced`: unloads all.
 */
export type ScalingRequest =
  | { readonly kind: 'up'; readonly variant: InfaasVariant; readonly count: number }
  | { readonly kind: 'down'; readonly variant: InfaasVariant; readonly instead: InfaasVariant | undefined }
  | { readonly kind: 'replaced'; readonly variant: InfaasVariant };

/** Returns the requests. Replicas that a worker may not have are left out, and variants that are being loaded left alone. */
export function planScaling(snapshot: ScalingSnapshot, params: InfaasParams): readonly ScalingRequest[] {
  const ladder = findLadder(snapshot, params);
  const checks = snapshot.running.filter((one) => one !== ladder.top).map((one) => checkVariant(one, snapshot, params));
  const upgrade = checkUpgrade(ladder, checks, snapshot, params);
  return [
    ...checks.flatMap((check) => requestsOf(check, ladder, upgrade)),
    ...(upgrade === undefined ? [] : upgradeRequests(upgrade, ladder)),
  ].flatMap((request) => allowed(request, snapshot, params));
}

function requestsOf(
  { variant, count, canScale }: VariantCheck,
  ladder: Ladder,
  upgrade: UpgradeCheck | undefined,
): readonly ScalingRequest[] {
  const isDowngrade = upgrade !== undefined && upgrade.count < 0;
  if (isReplaced(variant, ladder) && !(isDowngrade && variant === ladder.down)) return [{ kind: 'replaced', variant }];
  if (count < 0) return [{ kind: 'down', variant, instead: undefined }];
  return count > 0 && canScale && upgrade?.isChosen !== true ? [{ kind: 'up', variant, count }] : [];
}

function upgradeRequests({ variant, count, isChosen }: UpgradeCheck, { down }: Ladder): readonly ScalingRequest[] {
  if (count < 0)
    return [{ kind: 'down', variant, instead: down !== undefined && isAccelerated(down) ? down : undefined }];
  return isChosen && count > 0 ? [{ kind: 'up', variant, count }] : [];
}

function allowed(request: ScalingRequest, snapshot: ScalingSnapshot, params: InfaasParams): readonly ScalingRequest[] {
  const { variant } = request;
  const { running, loading } = snapshot;
  if (loading.has(variant.name)) return [];
  if (request.kind !== 'up') return [request];
  const { replicas } = running.find((one) => one.variant === variant) ?? { replicas: 0 };
  const count = Math.min(request.count, maxReplicas(variant, snapshot, params) - replicas);
  return count > 0 ? [{ ...request, count }] : [];
}
