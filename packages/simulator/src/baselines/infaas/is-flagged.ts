// Whether a variant on a worker is flagged as overloaded or interfered, so that queries avoid it.

import { modelledMs, type InfaasVariant } from './infaas-variant.js';
import type { FlagParams, InfaasParams } from './params.js';

/** A variant as the monitor of a worker observes it. */
export interface ObservedVariant {
  readonly variant: InfaasVariant;
  /** Number of replicas on the worker. */
  readonly replicas: number;
  /** Queries per second that all of its replicas get. */
  readonly qps: number;
  /** Mean latency of its answers at the worker. 0 if there were none. */
  readonly latencyMs: number;
  /** Mean size of its batches. */
  readonly batch: number;
  /** Number of queries without an answer. */
  readonly open: number;
}

/** Returns the new flag. A variant that is neither above nor below the thresholds keeps its flag. */
export function isFlagged(observed: ObservedVariant, wasFlagged: boolean, params: InfaasParams): boolean {
  const { variant, qps, latencyMs, batch, open, replicas } = observed;
  const profiledMs = modelledMs(variant, batch);
  const { latencyFactor, qpsShare, queueShare, clearFactor } = flagParams(observed, profiledMs, params);
  const perSecond = (1_000 * batch) / profiledMs;
  const maxOpen = queueShare * replicas * perSecond;
  const isSlow = latencyMs > latencyFactor * profiledMs && qps / replicas > qpsShare * perSecond;
  if (isSlow || open > maxOpen) return true;
  return wasFlagged && !(open < maxOpen && latencyMs < clearFactor * profiledMs);
}

function flagParams(
  { variant: { kind }, replicas }: ObservedVariant,
  profiledMs: number,
  params: InfaasParams,
): FlagParams {
  const { flag } = params.kinds[kind];
  if (kind === 'cpu' && replicas === 1) return params.singleCpuFlag;
  if (kind !== 'gpu' || profiledMs >= params.fastGpuMs) return flag;
  const latencyFactor = Math.min(params.maxFastGpuFactor, (flag.latencyFactor * params.fastGpuMs) / profiledMs);
  return { ...flag, latencyFactor };
}
