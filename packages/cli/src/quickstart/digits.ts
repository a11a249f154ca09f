// The digits example: its task, its files, and what is made of which model.

import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalRecipe } from '@pareto/core';
import { modelAt, type LocalModel } from '../register/register-models.js';

const folder = fileURLToPath(new URL('../../../../examples/digits', import.meta.url));

export const task = 'digits';
export const validation: string = join(folder, 'validation.npz');
/** As people type it where the quick start was called. */
export const samplesFile: string = relative(process.cwd(), validation);

export interface DigitsModel extends LocalModel {
  /** Empty: all that is known. */
  readonly recipes: readonly string[];
}

const digitsModel = (name: string, recipes: readonly string[] = [originalRecipe]): DigitsModel => ({
  ...modelAt(join(folder, 'models', `${name}.onnx`)),
  recipes,
});

/** Everything is made of one, and of the others what shows most: all is to be done in about a minute. */
export const models: readonly DigitsModel[] = [
  digitsModel('mlp-large', []),
  digitsModel('cnn-large', [originalRecipe, 'int8-static']),
  digitsModel('cnn-medium', [originalRecipe, 'int8-static']),
  digitsModel('cnn-small'),
  digitsModel('mlp-small'),
  digitsModel('mlp-tiny'),
];
