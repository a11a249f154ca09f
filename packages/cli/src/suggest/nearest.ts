// Finds the known name that is most similar to an unknown one, for hints in errors.

import { editDistance, type ParetoError } from '@pareto/core';

/** Returns the known name with the smallest edit distance. Undefined if none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const maxDistance = Math.max(1, Math.floor(name.length * 0.4));
  const [best] = known
    .map((each) => ({ each, edits: distanceTo(lower, each.toLowerCase()) }))
    .filter(({ each, edits }) => edits <= maxDistance && each !== name)
    .toSorted((a, b) => a.edits - b.edits);
  return best?.each;
}

/** Returns the edit distance, or 1 if `name` is a prefix of `known` with at least three letters. */
const distanceTo = (name: string, known: string): number =>
  name.length >= 3 && known.startsWith(name) ? 1 : editDistance(name, known);

/** End of an error message about an unknown name, and details for the error, in which `hasHint` detects the hint. */
interface Hint {
  readonly text: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Key in the error's details. It lacks the prefix `pareto-`, so that it is not printed as an offer. */
const suggestionKey = 'suggestion';

/** Returns a hint at the nearest known name. Undefined if none is near. */
export function didYouMean(name: string, known: readonly string[]): Hint | undefined {
  const found = nearest(name, known);
  return found === undefined ? undefined : { text: hintText(found), details: { [suggestionKey]: found } };
}

export const hintText = (found: string): string => `: did you mean ${found}?`;

export const hasHint = ({ details }: ParetoError): boolean => details[suggestionKey] !== undefined;
