// The type of a worker's order, for the imports of `plan/`.

export type { WorkTarget } from '@pareto/policy';
