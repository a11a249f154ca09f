// The variants that are kept, decided over all hardware classes together.

import type { VariantId } from '@pareto/core';
import type { ClassComparison } from './compare-on-class.js';
import { addRow, createRowSet, firstCommonRow, removeRow, type RowSet } from './row-set.js';

/**
 * Returns the kept ones of the variants, compared with one another. A variant is dropped if on each of its classes a
 * kept one dominates it, and kept otherwise. Those in `alwaysKept` are kept in any case.
 *
 * A variant is decided after those that dominate it. Because of margins, variants may dominate one another in a circle.
 * Then the first one of the circle is kept, in the order of the variants.
 */
export function decideKept(
  variants: readonly VariantId[],
  classes: readonly ClassComparison[],
  alwaysKept: ReadonlySet<VariantId>,
): ReadonlySet<VariantId> {
  const contenders = createContenders(variants, classes);
  for (const one of contenders) if (alwaysKept.has(one.id)) decide(one, 'kept');
  let open = contenders.filter(isUndecided);
  while (open.length > 0) {
    for (const one of open) decide(one, verdictOn(one));
    const left = open.filter(isUndecided);
    const [first] = left;
    if (first !== undefined && left.length === open.length) decide(firstOfCircle(first), 'kept');
    open = left.filter(isUndecided);
  }
  return new Set(contenders.filter(({ verdict }) => verdict === 'kept').map(({ id }) => id));
}

type Verdict = 'undecided' | 'kept' | 'dropped';

interface Contender {
  readonly id: VariantId;
  readonly order: number;
  readonly entries: Entry[];
  verdict: Verdict;
}

const isUndecided = ({ verdict }: Contender): boolean => verdict === 'undecided';

/** A contender on one of its classes. */
interface Entry {
  readonly contest: Contest;
  readonly row: number;
  /** Rows that dominate the contender. */
  readonly dominators: RowSet;
}

/** The contenders on one class, by row. */
interface Contest {
  readonly contenders: Map<number, Contender>;
  readonly kept: RowSet;
  readonly undecided: RowSet;
}

function createContenders(variants: readonly VariantId[], classes: readonly ClassComparison[]): readonly Contender[] {
  const all = variants.map((id, order): Contender => ({ id, order, entries: [], verdict: 'undecided' }));
  for (const { rows, dominators } of classes) {
    const contest = { contenders: new Map(), kept: createRowSet(rows.size), undecided: createRowSet(rows.size) };
    for (const one of all) {
      const row = rows.get(one.id);
      const own = row === undefined ? undefined : dominators[row];
      if (row === undefined || own === undefined) continue;
      addRow(contest.undecided, row);
      contest.contenders.set(row, one);
      one.entries.push({ contest, row, dominators: own });
    }
  }
  return all;
}

function decide(one: Contender, verdict: Verdict): void {
  one.verdict = verdict;
  if (verdict === 'undecided') return;
  for (const { contest, row } of one.entries) {
    removeRow(contest.undecided, row);
    if (verdict === 'kept') addRow(contest.kept, row);
  }
}

function verdictOn({ entries }: Contender): Verdict {
  const open = entries.filter((entry) => !isDominated(entry));
  if (open.length === 0) return 'dropped';
  return open.some((entry) => undecidedDominator(entry) === undefined) ? 'kept' : 'undecided';
}

/** Returns whether a kept contender dominates this one on the class. */
const isDominated = ({ contest, dominators }: Entry): boolean => firstCommonRow(dominators, contest.kept) !== undefined;

function undecidedDominator({ contest, dominators }: Entry): Contender | undefined {
  const row = firstCommonRow(dominators, contest.undecided);
  return row === undefined ? undefined : contest.contenders.get(row);
}

/** Follows the undecided dominators, of which each contender has one, and returns the first one of their circle. */
function firstOfCircle(from: Contender): Contender {
  const path = new Set<Contender>();
  let one = from;
  while (!path.has(one)) {
    path.add(one);
    const waiting = one.entries.find((entry) => !isDominated(entry));
    one = (waiting && undecidedDominator(waiting)) ?? one;
  }
  const circle = [...path].slice([...path].indexOf(one));
  return circle.reduce((a, b) => (a.order < b.order ? a : b));
}
