// The criteria of selection, in the order in which they are applied: the first that applies is the verdict.

import { aboveCost } from './criteria/above-cost.js';
import { backlogged } from './criteria/backlogged.js';
import { batchTooLarge } from './criteria/batch-too-large.js';
import { belowAccuracy } from './criteria/below-accuracy.js';
import { busy } from './criteria/busy.js';
import { cold } from './criteria/cold.js';
import { passes, type Criterion, type Verdict } from './criteria/criterion.js';
import { denied } from './criteria/denied.js';
import { disagrees } from './criteria/disagrees.js';
import { dominated } from './criteria/dominated.js';
import { notPinned } from './criteria/not-pinned.js';
import { quarantined } from './criteria/quarantined.js';
import { tooSlow } from './criteria/too-slow.js';
import { unmeasurable } from './criteria/unmeasurable.js';
import { unmeasured } from './criteria/unmeasured.js';
import { unplaceable } from './criteria/unplaceable.js';

export const criteria: readonly Criterion[] = [
  denied,
  notPinned,
  disagrees,
  dominated,
  quarantined,
  unmeasurable,
  batchTooLarge,
  belowAccuracy,
  aboveCost,
  tooSlow,
  cold,
  unplaceable,
  busy,
  backlogged,
];

/** The verdict on a warm candidate that meets the objective. */
export const eligible: Verdict = { name: 'eligible', code: passes, text: 'also feasible' };

/** The verdict on a candidate that is not examined, because a cheaper one answers. */
export const costlier: Verdict = { name: 'costlier', code: 1, text: 'not examined, because they cost more' };

const all = [eligible, costlier, unmeasured, ...criteria].toSorted((a, b) => a.code - b.code);

/** Names of the verdicts, by their code. */
export const verdicts: readonly string[] = all.map(({ name }) => name);

const byName: ReadonlyMap<string, Verdict> = new Map(all.map((verdict) => [verdict.name, verdict]));

/** Returns undefined if no verdict has this name, as with one of another release. */
export const findVerdict = (name: string): Verdict | undefined => byName.get(name);
