// Rolls out a new version of a model, and goes back to the old one, while queries are sent.

import { waitFor } from '@pareto/testkit';
import type { TestClient } from '../../support/client.js';
import { findDifference, inputsOf, type Answers } from './answers.js';

export interface RollOut {
  readonly sent: number;
  readonly failed: readonly string[];
  /** Answers that differ from those of the version that gave them, or of neither version. */
  readonly wrong: readonly string[];
  /** Versions that answered, in order. A version occurs again if another one answered in between. */
  readonly answered: readonly string[];
  /** Time from the registration until the new version alone answers. */
  readonly outMs: number;
  /** Time from the rollback until the old version alone answers. */
  readonly backMs: number;
}

/** Number of queries in flight, and the time between an answer and the next query. */
const [inFlight, pauseMs] = [3, 80];
/** Number of consecutive answers of a version after which no other one is expected. */
const settled = 4 * inFlight;

/** `versions` are the answers of version 1, which is served, and of version 2, which `model` becomes. */
export async function rollOutAndBack(
  client: TestClient,
  name: string,
  { model, versions }: { readonly model: Uint8Array; readonly versions: readonly [Answers, Answers] },
): Promise<RollOut> {
  const load = startQueries(client, name, versions);
  const answeredBy = (version: string): Promise<true> =>
    waitFor(`version ${version} of ${name} to answer`, () => load.isSettledOn(version) || undefined, 60_000);
  try {
    await answeredBy('1');
    const outAt = performance.now();
    await client.registerModel(`${name}.task`, name, model);
    await answeredBy('2');
    const backAt = performance.now();
    await client.registry.rollback({ name, version: 1, reason: 'a test' });
    await answeredBy('1');
    const endedAt = performance.now();
    return { ...(await load.stop()), outMs: backAt - outAt, backMs: endedAt - backAt };
  } finally {
    await load.stop();
  }
}

interface Queries {
  /** Returns whether the last answers are all of the version. */
  isSettledOn(version: string): boolean;
  /** Resolves when each query has an outcome. */
  stop(): Promise<Pick<RollOut, 'sent' | 'failed' | 'wrong' | 'answered'>>;
}

function startQueries(client: TestClient, name: string, expected: readonly [Answers, Answers]): Queries {
  const counts = { sent: 0, streak: 0 };
  const failed: string[] = [];
  const wrong: string[] = [];
  const answered: string[] = [];
  const stopping = new AbortController();
  const [{ inputs }] = expected;
  const samples = inputs[0]?.rows.length ?? 0;

  async function query(sample: number): Promise<void> {
    counts.sent += 1;
    const { outputs, modelVersion } = await client.infer(name, inputsOf(expected[0], [sample]), { latency_ms: 10_000 });
    if (answered.at(-1) !== modelVersion) {
      answered.push(modelVersion);
      counts.streak = 0;
    }
    counts.streak += 1;
    const answers = expected[Number(modelVersion) - 1];
    const difference = answers === undefined ? 'an answer' : findDifference(outputs, answers, [sample]);
    if (difference !== undefined) wrong.push(`version ${modelVersion}: ${difference}`);
  }
  async function send(first: number): Promise<void> {
    for (let sample = first; !stopping.signal.aborted; sample += inFlight) {
      await query(sample % samples).catch((error: unknown) => failed.push(String(error)));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  const senders = Array.from({ length: inFlight }, (_, first) => send(first));
  return {
    isSettledOn: (version) => answered.at(-1) === version && counts.streak >= settled,
    async stop() {
      stopping.abort();
      await Promise.all(senders);
      return { sent: counts.sent, failed, wrong, answered };
    },
  };
}
