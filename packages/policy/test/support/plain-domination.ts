// Domination of measured variants, one pair and one figure at a time.

import { priceOf, type Accuracy, type HardwareClassId, type Profile } from '@pareto/core';
import { costPer1k, p99At, type DominationParams, type MeasuredVariant } from '../../src/index.js';
import { terms } from './measured.js';

interface Result {
  readonly profile: Profile;
  readonly accuracy: Accuracy | undefined;
}

export const classesOf = ({ measurements }: MeasuredVariant): readonly HardwareClassId[] =>
  measurements.map(({ hardwareClass }) => hardwareClass).toSorted();

export function dominatesOn(
  hardwareClass: HardwareClassId,
  a: MeasuredVariant,
  b: MeasuredVariant,
  params: DominationParams,
): boolean {
  const [own, other] = [resultOn(hardwareClass, a), resultOn(hardwareClass, b)];
  if (own?.accuracy === undefined || other?.accuracy === undefined) return false;
  if (own.accuracy.value < other.accuracy.value || maxBatch(own) < maxBatch(other)) return false;
  const batches = [...own.profile.points, ...other.profile.points]
    .map(({ batch }) => batch)
    .filter((batch) => batch <= maxBatch(other));
  const price = priceOf(terms.prices, hardwareClass) ?? 0;
  const cost = ({ profile }: Result): number => costPer1k(profile, price, 1, terms.latencyMs);
  const figures = [
    [cost(own), cost(other), params.costMargin],
    [own.profile.memoryBytes, other.profile.memoryBytes, params.memoryMargin],
    [own.profile.loadMs, other.profile.loadMs, params.loadMargin],
    ...batches.map((batch) => [p99At(own.profile, batch), p99At(other.profile, batch), params.latencyMargin] as const),
  ] as const;
  return (
    figures.every(([mine, its, margin]) => mine <= its * (1 + margin)) &&
    (own.accuracy.lower95 > other.accuracy.upper95 || figures.some(([mine, its, margin]) => mine < its * (1 - margin)))
  );
}

function resultOn(hardwareClass: HardwareClassId, { measurements }: MeasuredVariant): Result | undefined {
  const result = measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
  return result?.kind === 'measured' ? result : undefined;
}

const maxBatch = ({ profile }: Result): number => profile.points.at(-1)?.batch ?? 0;

/** Returns whether one of the others dominates the variant on each of its classes. */
export const isDominatedBy = (
  one: MeasuredVariant,
  others: readonly MeasuredVariant[],
  params: DominationParams,
): boolean =>
  one.measurements.length > 0 &&
  classesOf(one).every((hardwareClass) => others.some((other) => dominatesOn(hardwareClass, other, one, params)));

/**
 * Returns the variants that are kept and dropped whatever happens to those in circles: kept if on some class all that
 * dominate it are dropped, dropped if kept ones dominate it on each class.
 */
export function decideOutsideCircles(
  all: readonly MeasuredVariant[],
  params: DominationParams,
): { readonly kept: ReadonlySet<MeasuredVariant>; readonly dropped: ReadonlySet<MeasuredVariant> } {
  const kept = new Set<MeasuredVariant>();
  const dropped = new Set<MeasuredVariant>();
  for (let before = -1; before !== kept.size + dropped.size;) {
    before = kept.size + dropped.size;
    for (const one of all) {
      if (
        !isDominatedBy(
          one,
          all.filter((other) => !dropped.has(other)),
          params,
        )
      )
        kept.add(one);
      else if (isDominatedBy(one, [...kept], params)) dropped.add(one);
    }
  }
  return { kept, dropped };
}

/**
 * Returns the dominated variants as `ID by ID`, followed by `within` if those of the architecture suffice. Without
 * margins, domination on a class is transitive, so that it does not matter which variants are kept.
 */
export function plainDomination(all: readonly MeasuredVariant[], params: DominationParams): readonly string[] {
  const dominated = all.filter((one) => isDominatedBy(one, all, params));
  return dominated.map((one) => {
    const [hardwareClass] = classesOf(one);
    const own = all.filter(({ variant }) => variant.architecture === one.variant.architecture);
    const isWithin = isDominatedBy(one, own, params);
    const bestOf = (some: readonly MeasuredVariant[]): readonly MeasuredVariant[] =>
      hardwareClass === undefined
        ? []
        : some
            .filter((other) => dominatesOn(hardwareClass, other, one, params))
            .filter((other) => !some.some((third) => dominatesOn(hardwareClass, third, other, params)))
            .toSorted((a, b) => compareOn(hardwareClass, a, b));
    const byOwn = isWithin ? bestOf(own).find((other) => !dominated.includes(other)) : undefined;
    const by = byOwn ?? bestOf(all)[0];
    return `${one.variant.id} by ${by?.variant.id}${isWithin ? ' within' : ''}`;
  });
}

/** Sorts by descending accuracy, then ascending latency, then id. */
function compareOn(hardwareClass: HardwareClassId, a: MeasuredVariant, b: MeasuredVariant): number {
  const [own, other] = [resultOn(hardwareClass, a), resultOn(hardwareClass, b)];
  if (own === undefined || other === undefined) return 0;
  return (
    (other.accuracy?.value ?? 0) - (own.accuracy?.value ?? 0) ||
    p99At(own.profile, 1) - p99At(other.profile, 1) ||
    (a.variant.id < b.variant.id ? -1 : 1)
  );
}
