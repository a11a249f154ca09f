// Collects the remarks on configuration fields that are not applied, one line for all models with the same remark.

import type { ConfigRemark } from '@pareto/models';
import type { FoundModel } from './find-models.js';

export interface ModelRemark extends ConfigRemark {
  readonly model: string;
}

/** Returns the remarks on the last version of each model. */
export function remarksOf(models: readonly FoundModel[]): readonly ModelRemark[] {
  const byModel = new Map(models.map((model) => [model.name, model]));
  return [...byModel.values()].flatMap(({ name, remarks }) => remarks.map((remark) => ({ model: name, ...remark })));
}

const maxNamed = 3;

/** Returns one line per field and remark, with the names of the models. */
export function formatRemarks(remarks: readonly ModelRemark[]): readonly string[] {
  const models = new Map<string, Set<string>>();
  for (const { model, field, text } of remarks) {
    const line = `${field}: ${text}`;
    models.set(line, (models.get(line) ?? new Set()).add(model));
  }
  return Array.from(models, ([line, names]) => `config.pbtxt ${line} (${listed([...names])})`);
}

/** Returns the first names, and the number of the others. */
export function listed(names: readonly string[]): string {
  const more = names.length - maxNamed;
  return more <= 0 ? names.join(', ') : `${names.slice(0, maxNamed).join(', ')} and ${more} more`;
}
