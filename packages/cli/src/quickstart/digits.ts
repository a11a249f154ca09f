// The digits example: its task, its files, and the recipes for each model.

import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalRecipe } from '@pareto/core';
import { modelAt, type LocalModel } from '../commands/register/register-models.js';

const folder = fileURLToPath(new URL('../../../../examples/digits', import.meta.url));

export const task = 'digits';
export const validation: string = join(folder, 'validation.npz');
/** Path of the validation set, relative to the working directory. */
export const samplesFile: string = relative(process.cwd(), validation);

export interface DigitsModel extends LocalModel {
  /** Names of recipes. Empty for all known recipes. */
  readonly recipes: readonly string[];
}

const digitsModel = (name: string, recipes: readonly string[] = [originalRecipe]): DigitsModel => ({
  ...modelAt(join(folder, 'models', `${name}.onnx`)),
  recipes,
});

/** The models. One has all recipes, the others have few, so that measuring takes about a minute. */
export const models: readonly DigitsModel[] = [
  digitsModel('mlp-large', []),
  digitsModel('cnn-large', [originalRecipe, 'int8-static']),
  digitsModel('cnn-medium', [originalRecipe, 'int8-static']),
  digitsModel('cnn-small'),
  digitsModel('mlp-small'),
  digitsModel('mlp-tiny'),
];
