// The measurements that a variant should have.

import type { Measurement } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';
import type { FleetClass } from './fleet-classes.js';
import { isNoisy } from './noisy-measurements.js';
import type { Step } from './step.js';

/** Returns a step for each class of the fleet that can run the variant, and for each other class with a measurement. */
export function listMeasures(
  { variant, measurements, accuracyMarks }: PlacementVariant,
  classes: readonly FleetClass[],
): readonly Step[] {
  const own = classes.filter(({ provider }) => provider === variant.provider);
  const elsewhere = measurements.filter(({ hardwareClass }) => !own.some(({ id }) => id === hardwareClass));
  const { recipe, quarantineReason } = variant;
  const step = (hardwareClass: Step['hardwareClass'], known: Pick<Step, 'state' | 'detail'>): Step => ({
    ...{ kind: 'measure', recipe, variant: variant.id, hardwareClass, ...known, waitsFor: undefined },
  });
  return [
    ...own.map((one) => {
      const known = measurements.find(({ hardwareClass }) => hardwareClass === one.id);
      if (known !== undefined && !isStale(known, one)) return step(one.id, stateOf(known, accuracyMarks));
      if (quarantineReason !== undefined)
        return step(one.id, { state: 'failed', detail: `quarantined: ${quarantineReason}` });
      return step(one.id, {
        state: 'open',
        detail: reasonToMeasure(known),
      });
    }),
    ...elsewhere.map((known) => step(known.hardwareClass, stateOf(known, accuracyMarks))),
  ];
}

function reasonToMeasure(known: Measurement | undefined): string {
  if (known === undefined || isProvisional(known)) return 'not measured on this hardware class yet';
  if (known.environment === '') return 'is measured again';
  return `measured with ${known.environment}, which no worker has now`;
}

export const isProvisional = ({ result }: Pick<Measurement, 'result'>): boolean =>
  result.kind === 'measured' && result.profile.provisional === true;

/** Returns whether no worker of the class has the environment of the measurement any longer. */
export const isStale = ({ environment }: Measurement, { environments }: FleetClass): boolean =>
  !environments.has(environment);

/** A noisy measurement is done: nothing waits until it is repeated. */
function stateOf(known: Measurement, marks: PlacementVariant['accuracyMarks']): Pick<Step, 'state' | 'detail'> {
  const { result, hardwareClass } = known;
  if (result.kind === 'failed') return { state: 'failed', detail: result.reason };
  const disagreement = marks.get(hardwareClass)?.disagreement;
  return { state: 'done', detail: disagreement ?? result.profile.notRun ?? (isNoisy(known) ? noisyText : '') };
}

const noisyText = 'noisy: it is measured again when the machine is quiet';
