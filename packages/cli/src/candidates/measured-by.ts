// The metric and the scale that the accuracies of a target are measured by.

import type { MeasuredBy } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { RouterClients } from '../connection/connect.js';

/** Returns the metric and the scale of candidates or measurements of a task. Undefined if none has an accuracy. */
export function measuredByOf(all: readonly { readonly accuracy: wire.Accuracy | null }[]): MeasuredBy | undefined {
  const accuracy = all.find((each) => each.accuracy !== null)?.accuracy;
  return accuracy ? { metric: accuracy.metric, scale: accuracy.scale } : undefined;
}

/** Returns the metric and the scale of a target from the table of a router. Throws `not-found` for an unknown target. */
export async function fetchMeasuredBy(
  { inference }: Pick<RouterClients, 'inference'>,
  target: string,
  options: Parameters<RouterClients['inference']['whatIf']>[1] = {},
): Promise<MeasuredBy | undefined> {
  const { candidates } = await inference.whatIf({ target }, options);
  return measuredByOf(candidates);
}

/** Returns the metric and the scale of the measurements of a task. Undefined if none has an accuracy. */
export function measuredByIn(
  { architectures, variants }: Pick<wire.ListResponse, 'architectures' | 'variants'>,
  task: string,
): MeasuredBy | undefined {
  const own = new Set(architectures.flatMap((each) => (each.task === task ? each.name : [])));
  return measuredByOf(variants.flatMap((each) => (own.has(each.architecture) ? each.measurements : [])));
}
