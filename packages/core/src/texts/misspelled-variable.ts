// Environment variables whose names are almost those that a program reads.

import { editDistance } from './edit-distance.js';

const prefix = 'PARETO_';
/** Variables that differ in one letter, of the command line and of services. Both may be set in one environment. */
const similar: readonly string[] = ['PARETO_CONTROLLER', 'PARETO_CONTROLLERS'];
/** Length of names without the prefix from which two edits count as a misspelling. */
const longName = 8;

/**
 * Returns the error text for a variable in `env` that is probably a misspelling of one that the program reads. Other
 * unknown variables belong to another program, or to Kubernetes, which sets `PARETO_PORT_8001_TCP` and the like.
 * Undefined if there is no misspelling.
 */
export function findMisspelledVariable(
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): string | undefined {
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefix) || known.includes(name) || similar.includes(name)) continue;
    const maxEdits = name.length - prefix.length < longName ? 1 : 2;
    const meant = known.find((each) => editDistance(name, each) <= maxEdits);
    if (meant !== undefined) return `unknown environment variable ${name}: did you mean ${meant}?`;
  }
  return undefined;
}
