// Removes the folders of this machine from texts that other machines receive.

/** Returns the text with only the last part of each of these paths: `…/models` instead of `/var/cache/pareto/models`. */
export function hidePaths(text: string, paths: readonly string[]): string {
  if (paths.length === 0) return text;
  // The longest first, because a path may begin with another one.
  const longestFirst = paths
    .map((path) => path.replace(/\/+$/, ''))
    .filter((path) => path.includes('/'))
    .toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((shown, path) => shown.replaceAll(path, `…${path.slice(path.lastIndexOf('/'))}`), text);
}
