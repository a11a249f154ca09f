// Whether a variant's answers differ too much from those of its original.

import { metricForms, type Measurement, type Task } from '@pareto/core';

/** Returns the agreement with the original that a variant needs to answer for the task. */
const minAgreementOf = ({ metric, minAgreement }: Pick<Task, 'metric' | 'minAgreement'>): number =>
  minAgreement ?? metricForms[metric].minAgreement;

/** Returns the reason why a variant with this measurement does not answer for the task. Undefined if it may. */
export function disagreementOf(
  task: Pick<Task, 'metric' | 'minAgreement'>,
  { result }: Pick<Measurement, 'result'>,
): string | undefined {
  const minimum = minAgreementOf(task);
  if (result.kind !== 'measured' || result.agreement === undefined || result.agreement >= minimum) return undefined;
  return `agrees with the original on ${percent(result.agreement)} of the samples, fewer than ${percent(minimum)}`;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
