// The daily season of a class: its rate in each slot of a day, and how far the changes from slot to slot repeat.

import { exactExp, exactLog, type Milliseconds } from '@pareto/core';
import type { ForecastParams } from './forecast-params.js';

export interface Season {
  /** Number of the current slot since time 0. */
  readonly slot: number;
  /** Items and time that were observed in the current slot. */
  readonly items: number;
  readonly coveredMs: number;
  /** The previous slot. Undefined if too little of it was observed. */
  readonly before: EndedSlot | undefined;
  /** Logarithm of the usual rate in each slot of a day. NaN if it is unknown. Undefined if all are. */
  readonly usual: Float32Array | undefined;
  /** Weighted sums over the past changes from slot to slot: usual change times real change, and usual change squared. */
  readonly product: number;
  readonly square: number;
}

interface EndedSlot {
  /** Logarithm of its rate. */
  readonly rate: number;
  /** Logarithm of the usual rate on the days before. NaN if it is unknown. */
  readonly usual: number;
}

type SeasonParams = Pick<ForecastParams, 'slotMs' | 'slotWeight' | 'seasonRidge' | 'maxSeason'>;

const dayMs = 86_400_000;

const slotAt = (now: number, { slotMs }: SeasonParams): number => Math.floor(now / slotMs);
const slotsOfDay = ({ slotMs }: SeasonParams): number => Math.max(1, Math.round(dayMs / slotMs));

export const createSeason = (now: Milliseconds, params: SeasonParams): Season => ({
  ...{ slot: slotAt(now, params), items: 0, coveredMs: 0, before: undefined, usual: undefined, product: 0, square: 0 },
});

/** Returns the season after a time with a rate that ends now. It belongs to the slot in which it began. */
export function observeSeason(
  season: Season,
  perSecond: number,
  spanMs: number,
  now: Milliseconds,
  params: SeasonParams,
): Season {
  const items = season.items + (perSecond * spanMs) / 1_000;
  const coveredMs = season.coveredMs + spanMs;
  const slot = slotAt(now, params);
  if (slot === season.slot) return { ...season, items, coveredMs };
  const ended = endSlot({ ...season, items, coveredMs }, params);
  return { ...ended, before: slot === season.slot + 1 ? ended.before : undefined, slot, items: 0, coveredMs: 0 };
}

/** Learns from the current slot, if at least half of it was observed. */
function endSlot(season: Season, params: SeasonParams): Season {
  const { slot, items, coveredMs, before } = season;
  if (coveredMs < params.slotMs / 2) return { ...season, before: undefined };
  const count = slotsOfDay(params);
  // One item more, so that slots without items have a logarithm, and changes of few items are small.
  const rate = exactLog((items + 1) / (coveredMs / 1_000));
  const usual = season.usual === undefined ? new Float32Array(count).fill(NaN) : Float32Array.from(season.usual);
  const index = ((slot % count) + count) % count;
  const known = usual[index] ?? NaN;
  usual[index] = Number.isNaN(known) ? rate : known + params.slotWeight * (rate - known);
  const ended = { ...season, before: { rate, usual: known }, usual };
  const change = known - (before?.usual ?? NaN);
  if (before === undefined || Number.isNaN(change)) return ended;
  const kept = 1 - 1 / count;
  const product = kept * season.product + change * (rate - before.rate);
  return { ...ended, product, square: kept * season.square + change * change };
}

/**
 * Returns the expected rate in the slot of a time divided by that in another slot. It is 1 for slots that were not observed on an
 * earlier day, and if the changes of the rate do not repeat.
 */
export function seasonRatio(season: Season, from: number, to: number, params: SeasonParams): number {
  const { usual, product, square } = season;
  const [first, last] = [slotAt(from, params), slotAt(to, params)];
  if (usual === undefined || first === last || product <= 0) return 1;
  const at = (slot: number): number => usual[((slot % usual.length) + usual.length) % usual.length] ?? NaN;
  const change = at(last) - at(first);
  if (Number.isNaN(change)) return 1;
  const ratio = exactExp(Math.min(1, product / (square + params.seasonRidge)) * change);
  return Math.min(params.maxSeason, Math.max(1 / params.maxSeason, ratio));
}
