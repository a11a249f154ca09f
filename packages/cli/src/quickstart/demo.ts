// The part of the quick start after registration: the queries, and the drawing of the frontier.

import { milliseconds, ParetoError } from '@pareto/core';
import type { Cluster } from '@pareto/local';
import type { wire } from '@pareto/protocol';
import { withController, withRouter, type RouterClients } from '../connection/connect.js';
import type { Context } from '../context/context.js';
import { formatFrontier } from '../commands/frontier/format-frontier.js';
import { planFrontiers } from '../commands/frontier/plan-frontiers.js';
import { runQuery, type Outcome } from './run-query.js';
import { task, validation } from './digits.js';
import { findOffers } from './offers.js';
import { planQueries } from './queries.js';
import { readSamples } from './samples.js';

/** Runs the queries one after the other, showing the current one. */
export async function runQueries(
  context: Context,
  cluster: Cluster,
  variants: readonly wire.Variant[],
): Promise<readonly Outcome[]> {
  const offers = findOffers(variants);
  if (offers === undefined) throw new ParetoError('failed-precondition', 'no variant could be measured: see above');
  const samples = await readSamples(validation);
  return withRouter(cluster.endpoints, async (clients) => {
    await waitUntilWarm(context, clients);
    const outcomes: Outcome[] = [];
    let row = 0;
    for (const query of planQueries(task, offers)) {
      context.terminal.status([`query: ${query.description}`]);
      outcomes.push(await runQuery({ clients, samples, clock: context.clock }, query, row));
      row += query.items;
    }
    return outcomes;
  });
}

const pollMs = milliseconds(100);
const warmTimeoutMs = 30_000;

/** Waits until a replica of the task is ready. Throws `deadline-exceeded` after 30 s. */
async function waitUntilWarm({ clock, stop, terminal }: Context, { inference }: RouterClients): Promise<void> {
  const deadline = clock.now() + warmTimeoutMs;
  terminal.status(['waiting for the first replica']);
  for (;;) {
    const warm = await inference.whatIf({ target: task }, { signal: stop }).catch(retryable);
    if (warm?.warm === true) return;
    if (clock.now() > deadline)
      throw new ParetoError('deadline-exceeded', `no replica of ${task} was ready after ${warmTimeoutMs / 1000} s`);
    await clock.sleep(pollMs, stop);
  }
}

/** Ignores the errors of a router that has not received the task yet. */
function retryable(error: unknown): undefined {
  if (error instanceof ParetoError && (error.code === 'not-found' || error.code === 'unavailable')) return undefined;
  throw error;
}

/** Draws the same as `pareto frontier digits`. */
export async function drawFrontier({ terminal, stop }: Context, { endpoints }: Cluster): Promise<string> {
  const described = await withController(endpoints, ({ registry }) =>
    registry.describe({ name: task }, { signal: stop }),
  );
  return planFrontiers(described, undefined)
    .map((frontier) => formatFrontier(task, frontier, terminal.columns, terminal.paint))
    .join('\n\n\n');
}
