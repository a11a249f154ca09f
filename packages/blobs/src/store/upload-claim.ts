// Who uploads a blob, when several processes may: each shows a sign of life that the others watch. No clock is compared with
// another's, and nothing depends on it but the work that a second upload would do twice: no two ever write the same file.

import { milliseconds, type Clock } from '@pareto/core';

/** How often an upload shows that it lives. */
const beatMs = milliseconds(1_000);
const silenceMs = milliseconds(10_000);
const lookMs = milliseconds(500);

/** By owner: something that is another each time its upload shows that it lives. */
export type Signs = ReadonlyMap<string, string>;

/** What became of the others that were uploading. */
export type Others = { readonly kind: 'alive' } | { readonly kind: 'silent'; readonly owners: readonly string[] };

/** Watches until one shows a sign of life, or none did for so long that all must be dead. */
export async function watchOthers(look: () => Promise<Signs>, clock: Clock): Promise<Others> {
  const first = await look();
  const until = clock.now() + silenceMs;
  for (let signs = first; signs.size > 0; signs = await look()) {
    if ([...signs].some(([owner, sign]) => first.get(owner) !== sign)) return { kind: 'alive' };
    if (clock.now() >= until) return { kind: 'silent', owners: [...signs.keys()] };
    await clock.sleep(lookMs);
  }
  return { kind: 'silent', owners: [] };
}

/** Of two that began in the same moment, neither seeing the other, one gives way. */
export const givesWay = (own: string, others: Iterable<string>): boolean => [...others].some((other) => other < own);

/** Shows signs of life until disposed. */
export function startBeats(beat: () => Promise<void>, clock: Clock): AsyncDisposable {
  const stopping = new AbortController();
  const beating = (async () => {
    for (;;) {
      await clock.sleep(beatMs, stopping.signal);
      // One that fails is made up for by the next.
      await beat().catch(() => {});
    }
  })().catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the upload is over'));
      await beating;
    },
  };
}
