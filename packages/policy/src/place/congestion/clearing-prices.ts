// Prices at which demands that choose by cost take no more of each resource than there is.

import { exactExp, exactLog } from '@pareto/core';

/** Demand with what each item costs that an option answers, or that nothing does. */
export interface PricedGroup {
  readonly itemsPerSecond: number;
  /** Parts of the demand, of which the last may be larger than what is left, with the price of missing an item. */
  readonly misses: readonly { readonly share: number; readonly usd: number }[];
  /** Ways to answer an item, of which there is at least one. */
  readonly options: readonly PricedOption[];
}

export interface PricedOption {
  /** Index of the resource. */
  readonly at: number;
  /** Time of the resource that an item takes, above 0. */
  readonly secondsPerItem: number;
  readonly usdPerItem: number;
}

/** Resources, and the demand that shares them. */
interface Market {
  readonly capacities: readonly number[];
  readonly groups: readonly PricedGroup[];
  /** Smaller prices are nearly 0. */
  readonly leastUsd: number;
}

/** The smoothed dual function at some prices. */
interface Dual {
  readonly value: number;
  /** Amount of each resource that the demand takes beyond its capacity: the gradient. */
  readonly excesses: readonly number[];
  /** Fall of each load with each price: the negative of the curvature. */
  readonly slopes: readonly (readonly number[])[];
}

/**
 * Difference between two costs, as a part of the least one, from which on the dearer option gets less than .37 of what the cheaper one
 * gets. With it, the dual function is smooth.
 */
const softness = 0.02;
/** Softer choices, with which the method goes on where kinks of the function stop it, until they are as hard again. */
const softerChoices = [1, 0.5, 0.25, 0.12, 0.06, 0.03, softness];
/** Smaller parts of a choice are 0, which takes less time. */
const leastExponent = -30;
/** Part of a resource that may be lacking, or free in spite of a price. */
const settledExcess = 0.01;
const maxSteps = 60;
/** Largest factor by which a price changes in a step. */
const largestFactor = 8;
/** Halvings of a step that does not increase the dual function. */
const maxHalvings = 8;
/** Part of what the gradient promises that a step has to gain. A step that passes the maximum gains less. */
const leastGain = 0.25;
/** Slope in addition, as a part of capacity over price, where loads do not fall with prices. */
const damping = 1e-3;

/**
 * Returns a price for each resource: the maximum of the dual function, which Newton's method reaches from the prices `known`. All are 0 if
 * the demand takes no more than there is without prices.
 */
export function clearingPrices(market: Market, known: readonly number[]): readonly number[] {
  const { capacities } = market;
  const none = capacities.map(() => 0);
  const alone = dualAt(market, none, scalesAt(market, none, softness));
  if (alone.excesses.every((excess, at) => excess <= settledExcess * (capacities[at] ?? 0))) return none;
  const first = settle(market, known, softness);
  if (first.isSettled) return first.prices;
  return softerChoices.reduce((prices, softer) => settle(market, prices, softer).prices, first.prices);
}

/** Changes the prices until they are settled, or no step gains enough. */
function settle(
  market: Market,
  known: readonly number[],
  ofChoice: number,
): { readonly prices: readonly number[]; readonly isSettled: boolean } {
  let prices = known;
  for (let step = 0; step < maxSteps; step += 1) {
    const scales = scalesAt(market, prices, ofChoice);
    const dual = dualAt(market, prices, scales);
    const isMet = (excess: number, at: number): boolean =>
      (excess <= 0 && prices[at] === 0) || Math.abs(excess) <= settledExcess * (market.capacities[at] ?? 0);
    if (dual.excesses.every(isMet)) return { prices, isSettled: true };
    const next = increased(market, prices, dual, scales);
    if (next === undefined) break;
    prices = next;
  }
  return { prices, isSettled: false };
}

/** Returns prices with a larger dual function: after a step of Newton's, or else along the gradient. Undefined if there are none. */
function increased(
  market: Market,
  prices: readonly number[],
  { value, excesses, slopes }: Dual,
  scales: readonly number[],
): readonly number[] | undefined {
  const { capacities, leastUsd } = market;
  const open = prices.flatMap((price, at) => (price > 0 || (excesses[at] ?? 0) > 0 ? [at] : []));
  const roomOf = (at: number): number => (prices[at] ?? 0) + leastUsd;
  const matrix = open.map((row) =>
    open.map(
      (column) =>
        (slopes[row]?.[column] ?? 0) + (row === column ? (damping * (capacities[row] ?? 0)) / roomOf(row) : 0),
    ),
  );
  const newton = solveLinear(
    matrix,
    open.map((at) => excesses[at] ?? 0),
  );
  const gradient = open.map((at) => ((excesses[at] ?? 0) / (capacities[at] ?? 1)) * roomOf(at));
  for (const step of [newton, gradient])
    for (let halvings = 0; halvings <= maxHalvings; halvings += 1) {
      const next = [...prices];
      for (const [index, at] of open.entries()) {
        const price = prices[at] ?? 0;
        const change = Math.min((step[index] ?? 0) / 2 ** halvings, (largestFactor - 1) * roomOf(at));
        const after = Math.max(price + change, price / largestFactor);
        next[at] = after < leastUsd && change < 0 ? 0 : after;
      }
      const gain = next.reduce((sum, price, at) => sum + (price - (prices[at] ?? 0)) * (excesses[at] ?? 0), 0);
      if (gain > 0 && dualAt(market, next, scales).value >= value + leastGain * gain) return next;
    }
  return undefined;
}

/** Solves a system of linear equations by elimination. The matrix is symmetric and positive definite, so that no rows need to be swapped. */
function solveLinear(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  for (const [at, pivotRow] of rows.entries())
    for (const [other, row] of rows.entries()) {
      if (other === at) continue;
      const factor = (row[at] ?? 0) / (pivotRow[at] ?? 1);
      for (const [column, value] of pivotRow.entries()) row[column] = (row[column] ?? 0) - factor * value;
    }
  return rows.map((row, at) => (row.at(-1) ?? 0) / (row[at] ?? 1));
}

/** Returns the scale of the choice of each group: the difference between costs that counts. */
const scalesAt = ({ groups, leastUsd }: Market, prices: readonly number[], ofChoice: number): readonly number[] =>
  groups.map(({ options }) => {
    const least = options.reduce((cost, option) => Math.min(cost, costAt(prices, option)), Infinity);
    const shortest = options.reduce((time, { secondsPerItem }) => Math.min(time, secondsPerItem), Infinity);
    return ofChoice * Math.max(least, leastUsd * shortest);
  });

function dualAt({ capacities, groups }: Market, prices: readonly number[], scales: readonly number[]): Dual {
  const excesses = capacities.map((capacity) => -capacity);
  const slopes = capacities.map(() => capacities.map(() => 0));
  let value = capacities.reduce((sum, capacity, at) => sum - capacity * (prices[at] ?? 0), 0);
  for (const [index, { itemsPerSecond, misses, options }] of groups.entries()) {
    const scale = scales[index] ?? 1;
    const costs = options.map((option) => costAt(prices, option));
    const least = Math.min(...costs);
    const weights = costs.map((cost) => softExp((least - cost) / scale));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const cost = least - scale * exactLog(sum);
    let [left, answered, wavering] = [1, 0, 0];
    for (const { share: most, usd } of misses) {
      const share = Math.min(left, most);
      left -= share;
      const nearer = softExp(-Math.abs(usd - cost) / scale);
      const part = (usd > cost ? 1 : nearer) / (1 + nearer);
      answered += share * part;
      wavering += share * part * (1 - part);
      value += itemsPerSecond * share * (Math.min(cost, usd) - scale * exactLog(1 + nearer));
    }
    addChoice(excesses, slopes, { itemsPerSecond, options, weights, sum, answered, wavering, scale });
  }
  return { value, excesses, slopes };
}

interface Choice {
  readonly itemsPerSecond: number;
  readonly options: readonly PricedOption[];
  readonly weights: readonly number[];
  readonly sum: number;
  /** Part of the demand that is answered. */
  readonly answered: number;
  /** Change of this part with the cost, times the scale. */
  readonly wavering: number;
  readonly scale: number;
}

/** Adds the loads of a group, and how they fall with the prices. */
function addChoice(
  excesses: number[],
  slopes: readonly number[][],
  { itemsPerSecond, options, weights, sum, answered, wavering, scale }: Choice,
): void {
  const seconds = excesses.map(() => 0);
  const rate = itemsPerSecond / scale;
  for (const [index, { at, secondsPerItem }] of options.entries()) {
    const part = ((weights[index] ?? 0) / sum) * secondsPerItem;
    seconds[at] = (seconds[at] ?? 0) + part;
    const row = slopes[at];
    if (row !== undefined) row[at] = (row[at] ?? 0) + rate * answered * part * secondsPerItem;
  }
  for (const [at, own] of seconds.entries()) {
    if (own === 0) continue;
    excesses[at] = (excesses[at] ?? 0) + itemsPerSecond * answered * own;
    const row = slopes[at];
    for (const [other, others] of seconds.entries())
      if (row !== undefined) row[other] = (row[other] ?? 0) + rate * (wavering - answered) * own * others;
  }
}

const costAt = (prices: readonly number[], { at, secondsPerItem, usdPerItem }: PricedOption): number =>
  usdPerItem + (prices[at] ?? 0) * secondsPerItem;

const softExp = (exponent: number): number => (exponent < leastExponent ? 0 : exactExp(exponent));
