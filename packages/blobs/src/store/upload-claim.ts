// Coordinates the processes that may upload the same blob: each uploader writes a heartbeat that the others watch. Clocks of
// different hosts are never compared. A wrong judgement only costs duplicate work: no two uploaders write the same file.

import { milliseconds, type Clock } from '@pareto/core';

/** Interval of an upload's heartbeat. */
const heartbeatMs = milliseconds(1_000);
/** Time without a heartbeat after which an upload is treated as dead. */
const timeoutMs = milliseconds(10_000);
const pollMs = milliseconds(500);

/** Last heartbeat of each upload, by owner. The text differs after each heartbeat. */
export type Heartbeats = ReadonlyMap<string, string>;

/** Result of watching the other uploads: at least one is alive, or all `owners` are dead. */
export type OtherUploads = { readonly kind: 'alive' } | { readonly kind: 'dead'; readonly owners: readonly string[] };

/** Polls the heartbeats of other uploads until one changes (alive), or none has changed for 10 s (dead). */
export async function watchOtherUploads(
  readHeartbeats: () => Promise<Heartbeats>,
  clock: Clock,
): Promise<OtherUploads> {
  const first = await readHeartbeats();
  const until = clock.now() + timeoutMs;
  for (let current = first; current.size > 0; current = await readHeartbeats()) {
    if ([...current].some(([owner, heartbeat]) => first.get(owner) !== heartbeat)) return { kind: 'alive' };
    if (clock.now() >= until) return { kind: 'dead', owners: [...current.keys()] };
    await clock.sleep(pollMs);
  }
  return { kind: 'dead', owners: [] };
}

/** Returns whether an upload must stop in favour of another that started at the same moment. */
export const yieldsTo = (own: string, others: Iterable<string>): boolean => [...others].some((other) => other < own);

/** Calls `beat` every second until disposed. */
export function startHeartbeat(beat: () => Promise<void>, clock: Clock): AsyncDisposable {
  const stopping = new AbortController();
  const beating = (async () => {
    for (;;) {
      await clock.sleep(heartbeatMs, stopping.signal);
      // A failed heartbeat is tolerated: the next one follows in time.
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
