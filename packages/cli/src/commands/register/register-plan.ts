// Plans a registration before anything is sent: the task and the recipes of each model. Pure.

import { checkName, errorText, originalRecipe, ownTaskOf } from '@pareto/core';
import type { UnusableModel } from '@pareto/models';
import type { wire } from '@pareto/protocol';
import type { LocalModel } from './register-models.js';

export interface PlanOptions {
  /** Task of all models. Undefined for one task per model. */
  readonly task: string | undefined;
  /** Names of recipes. Undefined for all recipes if the task has a validation set, or else only the trained models. */
  readonly recipes: readonly string[] | undefined;
  /** Set if the command has a validation set. */
  readonly hasValidation: boolean;
  /** Set if the command has options that define tasks. Then existing tasks are registered again too. */
  readonly definesTask: boolean;
}

interface Group {
  readonly task: string;
  /** Set if the task does not exist yet. */
  readonly isNew: boolean;
  /** Set if the task is to be registered: it is new, or the command has options that define it. */
  readonly isDefined: boolean;
  readonly recipes: readonly string[];
  readonly models: readonly LocalModel[];
  /** Tasks that registered models leave for this one, by model. */
  readonly left: ReadonlyMap<string, string>;
}

export interface RegisterPlan {
  readonly groups: readonly Group[];
  readonly refused: readonly UnusableModel[];
  /** Set if some models get no generated variants, because --recipes and a validation set are both missing. */
  readonly lacksValidation: boolean;
}

type Known = Pick<wire.ListResponse, 'tasks' | 'architectures'>;

/** Groups the models by task, in their order. A registered model stays with its task, unless another one is requested. */
export function planRegistration(models: readonly LocalModel[], known: Known, options: PlanOptions): RegisterPlan {
  const groups = new Map<string, LocalModel[]>();
  const refused: UnusableModel[] = [];
  for (const model of models) {
    const task =
      options.task ?? known.architectures.find(({ name }) => name === model.name)?.task ?? ownTaskOf(model.name);
    const reason = refusalOf(task);
    if (reason !== undefined) refused.push({ name: model.name, kind: 'refused', reason });
    else groups.set(task, [...(groups.get(task) ?? []), model]);
  }
  const planned = Array.from(groups, ([task, own]): Group => {
    const there = known.tasks.find(({ name }) => name === task);
    const hasSamples = options.hasValidation || (there !== undefined && there.validationDigest !== '');
    const recipes = options.recipes ?? (hasSamples ? [] : [originalRecipe]);
    const isNew = there === undefined;
    const names = new Set(own.map(({ name }) => name));
    const leaving = known.architectures.filter((one) => names.has(one.name) && one.task !== task);
    const left = new Map(leaving.map((one) => [one.name, one.task]));
    return { task, isNew, isDefined: isNew || options.definesTask, recipes, models: own, left };
  });
  const lacksValidation = options.recipes === undefined && planned.some(({ recipes }) => recipes.length > 0);
  return { groups: planned, refused, lacksValidation };
}

function refusalOf(task: string): string | undefined {
  try {
    checkName('task', task);
    return undefined;
  } catch (error) {
    return `${errorText(error)}; set a task with --task, or another architecture name with --name`;
  }
}
