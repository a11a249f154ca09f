// Which models go to which task, and what is made of them, before anything is sent. Pure.

import { checkName, errorText, originalRecipe } from '@pareto/core';
import type { NotFound } from '@pareto/models';
import type { wire } from '@pareto/rpc';
import type { LocalModel } from './register-models.js';

export interface PlanOptions {
  /** Undefined: each model has one of its own. */
  readonly task: string | undefined;
  /** Undefined: all where there is something to measure accuracy on, else the models as they are trained. */
  readonly recipes: readonly string[] | undefined;
  /** A validation set comes with the models. */
  readonly hasValidation: boolean;
  /** Something is said of tasks: they are defined also where they are there. */
  readonly defines: boolean;
}

interface Group {
  readonly task: string;
  readonly isNew: boolean;
  readonly recipes: readonly string[];
  readonly models: readonly LocalModel[];
}

export interface RegisterPlan {
  readonly groups: readonly Group[];
  readonly refused: readonly NotFound[];
  /** Only trained models are wanted of some, since nobody said otherwise and there is nothing to measure them on. */
  readonly isPlain: boolean;
}

type Known = Pick<wire.ListResponse, 'tasks' | 'architectures'>;

/** In the order of the models. One that is registered stays with its task. */
export function planRegistration(models: readonly LocalModel[], known: Known, options: PlanOptions): RegisterPlan {
  const groups = new Map<string, LocalModel[]>();
  const refused: NotFound[] = [];
  for (const model of models) {
    const task =
      options.task ?? known.architectures.find(({ name }) => name === model.name)?.task ?? `${model.name}.task`;
    const reason = refusalOf(task);
    if (reason !== undefined) refused.push({ name: model.name, kind: 'refused', reason });
    else groups.set(task, [...(groups.get(task) ?? []), model]);
  }
  const planned = Array.from(groups, ([task, own]): Group => {
    const there = known.tasks.find(({ name }) => name === task);
    const isJudged = options.hasValidation || (there !== undefined && there.validationDigest !== '');
    const recipes = options.recipes ?? (isJudged ? [] : [originalRecipe]);
    return { task, isNew: there === undefined || options.defines, recipes, models: own };
  });
  const isPlain = options.recipes === undefined && planned.some(({ recipes }) => recipes.length > 0);
  return { groups: planned, refused, isPlain };
}

function refusalOf(task: string): string | undefined {
  try {
    checkName('task', task);
    return undefined;
  } catch (error) {
    return `${errorText(error)}; name a task with --task, or the model with --name`;
  }
}
