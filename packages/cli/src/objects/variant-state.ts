// State of a variant: whether it can be chosen, and the reason if it cannot.

import type { wire } from '@pareto/protocol';

/** `usable`: it can be chosen. `aside`: it is quarantined, denied, dominated or unlike the original. `unmeasured`: it has no profile. */
type Eligibility = 'usable' | 'aside' | 'unmeasured';

export interface VariantState {
  readonly standing: Eligibility;
  readonly text: string;
}

/** Returns whether the variant answers queries that name it: it has a ready replica, or was measured and can be loaded. */
export const isServable = ({ quarantineReason, denied, measurements, replicasReady }: wire.Variant): boolean =>
  quarantineReason === '' &&
  denied === '' &&
  (replicasReady > 0 || measurements.some(({ profile }) => profile !== null));

/** Returns whether other work disturbed a measurement of the variant, so that it is measured again. */
export const isNoisy = ({ measurements }: wire.Variant): boolean =>
  measurements.some(({ profile }) => profile !== null && profile.noise > 0);

export const excludedText = (disagreement: string): string => `excluded: ${disagreement}`;

/** Returns why the variant does not answer for its task on any class. Empty if it does on one. */
function disagreementOf({ measurements }: wire.Variant): string {
  const measured = measurements.filter(({ profile }) => profile !== null);
  return measured.every(({ disagreement }) => disagreement !== '') ? (measured[0]?.disagreement ?? '') : '';
}

export function stateOf(variant: wire.Variant): VariantState {
  const { quarantineReason, denied, dominatedBy, measurements, replicasReady, state } = variant;
  if (quarantineReason !== '') return { standing: 'aside', text: `quarantined: ${quarantineReason}` };
  if (denied !== '') return { standing: 'aside', text: `denied: ${denied}` };
  if (measurements.every(({ profile }) => profile === null)) {
    const text = measurements.length === 0 ? 'waiting to be measured' : `not measured: ${measurements[0]?.error ?? ''}`;
    return { standing: 'unmeasured', text };
  }
  const disagreement = disagreementOf(variant);
  if (disagreement !== '') return { standing: 'aside', text: excludedText(disagreement) };
  if (dominatedBy !== '') return { standing: 'aside', text: `dominated by ${dominatedBy}` };
  const profiles = measurements.flatMap(({ profile }) => profile ?? []);
  const isRun = profiles.some(({ points }) => points.length > 0);
  const measured = isRun ? (isNoisy(variant) ? ', noisy' : '') : ', unprofiled';
  const mark = profiles.every(({ provisional }) => provisional) ? ', provisional' : measured;
  const load = state === 'interfered' || state === 'overloaded' ? `, ${state}` : '';
  const text = replicasReady > 0 ? `${replicasReady} ready${load}` : 'cold';
  return { standing: 'usable', text: `${text}${mark}` };
}
