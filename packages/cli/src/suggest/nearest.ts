// What somebody may have meant by a name that there is not.

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

export function didYouMean(name: string, known: readonly string[]): string {
  const found = nearest(name, known);
  return found === undefined ? '' : `: did you mean ${found}?`;
}
