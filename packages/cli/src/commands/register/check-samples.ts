// Checks before the upload that a validation set fits the models, which a worker would only find minutes later.

import { basename } from 'node:path';
import { defaultMetric, errorText, ParetoError, type MeasuredBy } from '@pareto/core';
import { checkValidation, inspectModel, signatureFor, type InspectedModel } from '@pareto/models';
import { metricFromWire } from '@pareto/protocol';
import type { LocalModel } from './register-models.js';

/**
 * Checks an NPZ file against the first model that can be served, whose signature becomes the task's. Returns what its
 * accuracy will be measured by. Throws `invalid-argument` if the file does not fit. Undefined if no model can be served.
 */
export async function checkSamples(
  path: string,
  models: readonly LocalModel[],
  metric: string | undefined,
): Promise<MeasuredBy | undefined> {
  const usedMetric = metricFromWire(metric ?? defaultMetric);
  for (const model of models) {
    const inspected = await inspect(model);
    if (inspected === undefined) continue;
    try {
      const { spread } = await checkValidation(path, signatureFor(inspected, model.maxBatchSize), usedMetric);
      return { metric: usedMetric, scale: spread?.deviation };
    } catch (error) {
      if (!(error instanceof ParetoError)) throw error;
      const byDefault = metric === undefined ? `; the metric is ${usedMetric}, pass another one with --metric` : '';
      const message = `${basename(model.path)} can't be measured: ${errorText(error)}${byDefault}`;
      throw new ParetoError(error.code, message, { cause: error });
    }
  }
  return undefined;
}

/** Inspects a model. Undefined if it is invalid: its registration reports the reason. */
async function inspect({ path }: LocalModel): Promise<InspectedModel | undefined> {
  try {
    return await inspectModel(path);
  } catch {
    return undefined;
  }
}
