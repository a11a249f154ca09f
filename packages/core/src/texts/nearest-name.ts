// Hints at the meant name of an unknown one.

import { editDistance } from './edit-distance.js';

/** Returns the known name that differs least, ignoring case and hyphens. Undefined if none is similar. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const [best] = known
    .map((each) => ({ each, edits: editDistance(plain(name), plain(each)) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.max(1, name.length / 3) ? best.each : undefined;
}
