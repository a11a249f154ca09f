// Checks before the upload that a validation set fits the models, which a worker would only find minutes later.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { defaultMetric, errorText, ParetoError, type MeasuredBy } from '@pareto/core';
import {
  checkValidation,
  fittingMetrics,
  inspectModel,
  labelLines,
  signatureFor,
  type ClassNames,
  type InspectedModel,
} from '@pareto/models';
import { metricFromWire } from '@pareto/protocol';
import type { LocalModel } from './register-models.js';

/**
 * Checks a set against the first model that can be served, whose signature becomes the task's. Returns what its
 * accuracy will be measured by. Throws `invalid-argument` if it does not fit. Undefined if no model can be served.
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
    const signature = signatureFor(inspected, model.maxBatchSize);
    const use = { signature, metric: usedMetric, classNames: { ...inspected.labels, ...(await readLabels(model)) } };
    try {
      const { spread } = await checkValidation(path, use);
      return { metric: usedMetric, scale: spread?.deviation };
    } catch (error) {
      if (!(error instanceof ParetoError)) throw error;
      const fitting = metric === undefined ? await fittingMetrics(path, use) : [];
      const others =
        fitting.length === 0 ? '' : `; the metric is ${usedMetric}, the set fits --metric ${fitting.join(' or ')}`;
      const message = `${basename(model.path)} can't be measured: ${errorText(error)}${others}`;
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

/** Reads the label files of a model. A missing one is reported by the registration. */
async function readLabels({ labels = {} }: LocalModel): Promise<ClassNames> {
  const read = Object.entries(labels).map(async ([output, path]) => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return text === undefined ? [] : [[output, labelLines(text)] as const];
  });
  return Object.fromEntries((await Promise.all(read)).flat());
}
