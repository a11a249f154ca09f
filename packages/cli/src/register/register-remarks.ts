// What configurations say that is not carried out, told once for all models that say it.

import type { ConfigRemark } from '@pareto/models';
import type { FoundModel } from './find-models.js';

export interface ModelRemark extends ConfigRemark {
  readonly model: string;
}

/** Of each model once, whatever its versions are. */
export function remarksOf(models: readonly FoundModel[]): readonly ModelRemark[] {
  const byModel = new Map(models.map((model) => [model.name, model]));
  return [...byModel.values()].flatMap(({ name, remarks }) => remarks.map((remark) => ({ model: name, ...remark })));
}

const maxNamed = 3;

/** A line for each field and what is said of it, with the models. */
export function formatRemarks(remarks: readonly ModelRemark[]): readonly string[] {
  const models = new Map<string, Set<string>>();
  for (const { model, field, text } of remarks) {
    const line = `${field}: ${text}`;
    models.set(line, (models.get(line) ?? new Set()).add(model));
  }
  return Array.from(models, ([line, names]) => `config.pbtxt ${line} (${listed([...names])})`);
}

function listed(names: readonly string[]): string {
  const more = names.length - maxNamed;
  return more <= 0 ? names.join(', ') : `${names.slice(0, maxNamed).join(', ')} and ${more} more`;
}
