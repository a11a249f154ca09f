// What the message of a refusal must name: the words are Pareto's own, but not less than the reference's says.

/**
 * What the reference's message names, and ours does not: what it quotes (the model aside, where that is not what is wrong), and the
 * sizes and shapes that it expected and got.
 */
export function missingFrom(ours: string, theirs: string, model: string | undefined): readonly string[] {
  const quoted = Array.from(theirs.matchAll(/'([^']+)'/g), ([, name = '']) => name);
  const isUnknown = theirs.includes('unknown model') || theirs.includes('not available');
  const sizes = Array.from(
    theirs.matchAll(/(?:expected|got|be <=)(?: type)? (\[[^\]]+\]|\d+)/gi),
    ([, size = '']) => size,
  ).filter((size) => !size.includes('-1'));
  const wanted = [...quoted.filter((name) => name !== '<invalid>' && (isUnknown || name !== model)), ...sizes];
  const text = ours.replaceAll(' ', '');
  return [...new Set(wanted)].filter((part) => !text.includes(part.replaceAll(' ', '')));
}
