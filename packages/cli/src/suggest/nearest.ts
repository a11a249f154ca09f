// What somebody may have meant by a name that there is not.

import type { ParetoError } from '@pareto/core';
import { distance } from 'fastest-levenshtein';

/** The known name that is the fewest letters away; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const far = Math.max(1, Math.floor(name.length * 0.4));
  const [best] = known
    .map((each) => ({ each, away: awayFrom(lower, each.toLowerCase()) }))
    .filter(({ each, away }) => away <= far && each !== name)
    .toSorted((a, b) => a.away - b.away);
  return best?.each;
}

/** What begins as the name does is as near as one wrong letter. */
const awayFrom = (name: string, known: string): number =>
  name.length >= 3 && known.startsWith(name) ? 1 : distance(name, known);

/** The end of a message about a name that was not found, and the details of its error, by which `hasHint` knows that it is there. */
interface Hint {
  readonly text: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Without the prefix `pareto-`, so that it is not printed as an offer. */
const suggestionKey = 'suggestion';

/** Returns a hint at the nearest known name. Undefined if none is near. */
export function didYouMean(name: string, known: readonly string[]): Hint | undefined {
  const found = nearest(name, known);
  return found === undefined ? undefined : { text: hintText(found), details: { [suggestionKey]: found } };
}

export const hintText = (found: string): string => `: did you mean ${found}?`;

export const hasHint = ({ details }: ParetoError): boolean => details[suggestionKey] !== undefined;
