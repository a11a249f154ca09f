// Formats a task's default objective and signature.

import type { MeasuredBy } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatObjective } from '../terminal/format.js';

/** Formats the objective of queries that set none. */
export const formatDefaultObjective = (task: wire.Task, by: MeasuredBy | undefined): string =>
  formatObjective(task.defaultObjective, by) ||
  `the ${task.defaultObjective?.prefer === 'COST' ? 'cheapest' : 'most accurate'} within 1 s`;

export const formatTensors = (tensors: readonly wire.TensorSpec[] | undefined): string =>
  tensors?.map(({ name, datatype, dims }) => `${name} ${datatype}[${dims.join(',')}]`).join(', ') ?? '-';
