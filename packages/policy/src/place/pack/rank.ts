// The order of importance of claims on replicas and memory.

/** Replicas of one priority rank by the number of replicas that their need has already: the first ones before others. */
const ranksPerPriority = 1_000;

/** Returns the rank of a need's replica number `index`. A lower rank is more important. */
export const rankOf = (priority: number, index = 0): number =>
  priority * ranksPerPriority + Math.min(index, ranksPerPriority - 1);
