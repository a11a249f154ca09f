// Finds paths of this machine in what another machine receives.

/** Returns the absolute paths with at least two parts in the texts of a value. */
export const pathsIn = (value: unknown): readonly string[] =>
  (JSON.stringify(value) ?? '').match(/(?<![\w…./-])\/[\w.-]+\/[\w./-]+/g) ?? [];
