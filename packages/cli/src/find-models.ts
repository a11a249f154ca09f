// The models that a command line names.

import { stat } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { modelAt, type LocalModel } from './register-models.js';

/** `name` is for a single one. Throws `invalid-argument` when none of them is there, as when a shell finds nothing for a pattern. */
export async function findModels(paths: readonly string[], name: string | undefined): Promise<readonly LocalModel[]> {
  const models = nameModels(paths.map(modelAt), name);
  if ((await Promise.all(paths.map(isModel))).includes(true)) return models;
  throw new ParetoError('invalid-argument', `there is no .onnx file at ${paths.join(' or ')}`);
}

function nameModels(models: readonly LocalModel[], name: string | undefined): readonly LocalModel[] {
  if (name === undefined) return models;
  const [only] = models;
  if (models.length === 1 && only !== undefined) return [{ ...only, name }];
  throw new ParetoError(
    'invalid-argument',
    `--name names one model and ${models.length} were given: leave it out, or register one at a time`,
  );
}

const isModel = async (path: string): Promise<boolean> =>
  path.endsWith('.onnx') &&
  (await stat(path).then(
    (found) => found.isFile(),
    () => false,
  ));
