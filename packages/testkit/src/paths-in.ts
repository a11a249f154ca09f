// Finds paths of this machine in what another machine receives.

/** Returns the absolute paths with at least two parts. */
export const pathsIn = (text: string): readonly string[] => text.match(/(?<![\w…./-])\/[\w.-]+\/[\w./-]+/g) ?? [];
