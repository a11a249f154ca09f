// Whether a validation set fits models that are still on disk, so that nobody hears of it minutes later from a worker.

import { basename } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import { checkValidation, inspectModel, signatureFor, type InspectedModel } from '@pareto/models';
import { metricFromWire } from '@pareto/rpc';
import type { LocalModel } from './register-models.js';

/**
 * Checks an NPZ file with the first of the models that can be served, whose signature becomes the task's. Throws
 * `invalid-argument` saying what doesn't fit. Without such a model there is nothing to check with.
 */
export async function checkSamples(
  path: string,
  models: readonly LocalModel[],
  metric: string | undefined,
): Promise<void> {
  const judged = metricFromWire(metric ?? 'top1');
  for (const model of models) {
    const inspected = await inspect(model);
    if (inspected === undefined) continue;
    try {
      return await checkValidation(path, signatureFor(inspected, model.maxBatchSize), judged);
    } catch (error) {
      if (!(error instanceof ParetoError)) throw error;
      const byDefault =
        metric === undefined ? `; answers are judged by ${judged}, unless --metric names another way` : '';
      const message = `${basename(model.path)} can't be measured: ${errorText(error)}${byDefault}`;
      throw new ParetoError(error.code, message, { cause: error });
    }
  }
}

/** Undefined for a model that is refused when its turn comes, with the reason. */
async function inspect({ path }: LocalModel): Promise<InspectedModel | undefined> {
  try {
    return await inspectModel(path);
  } catch {
    return undefined;
  }
}
