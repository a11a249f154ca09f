// Suggests a similar name of the cluster after a command did not find a name.

import { milliseconds, type Clock } from '@pareto/core';
import { withCluster } from '../connection/connect.js';
import type { Endpoints } from '../context/context.js';
import { hintText, nearest } from './nearest.js';

/** Names in a cluster, by kind. */
export interface LiveNames {
  readonly tasks: readonly string[];
  readonly models: readonly string[];
  readonly variants: readonly string[];
  readonly workers: readonly string[];
  readonly rules: readonly string[];
}

const noNames: LiveNames = { tasks: [], models: [], variants: [], workers: [], rules: [] };

/** Reads the names of the cluster. Empty if no controller responds within `timeoutMs`. */
export async function liveNames(endpoints: Endpoints, clock: Clock, timeoutMs: number): Promise<LiveNames> {
  const late = new AbortController();
  using _ = clock.after(milliseconds(timeoutMs), () => late.abort(new Error('timed out')));
  const limits = { timeoutMs, signal: late.signal };
  return await withCluster(endpoints, async ({ controllers: { registry, fleet } }) => {
    const [list, { workers }, { rules }] = await Promise.all([
      registry.list({}, limits),
      fleet.overview({}, limits),
      registry.listRules({}, limits),
    ]);
    return {
      tasks: list.tasks.map(({ name }) => name),
      models: [...new Set(list.architectures.map(({ name }) => name))],
      variants: [...new Set(list.variants.map(({ name }) => name))],
      workers: workers.map(({ workerId }) => workerId),
      rules: rules.map(({ id }) => id),
    };
  }).catch(() => noNames);
}

const timeoutMs = 1_000;

/** Returns a hint such as `: did you mean digits?`. Empty if no name is near. */
export async function suggest(words: readonly string[], endpoints: Endpoints, clock: Clock): Promise<string> {
  const names = await liveNames(endpoints, clock, timeoutMs);
  const known = Object.values(names).flat() as readonly string[];
  const unknown = words.filter((word) => !known.includes(word));
  const [found] = unknown.flatMap((word) => nearest(word, known) ?? []);
  return found === undefined ? '' : hintText(found);
}
