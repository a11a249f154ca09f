// The names and values that an error message must contain. Pareto's wording differs, but must contain as much as the
// reference's.

/**
 * Returns the parts of the reference's message that are missing in ours: quoted names (except the model, unless it is
 * the cause), and the expected and received sizes and shapes.
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
