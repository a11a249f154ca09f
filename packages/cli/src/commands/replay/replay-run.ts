// The work of `pareto replay`: reads logs and listings, simulates, and prints the results next to what was recorded.

import { environmentOnly } from '@pareto/isolation';
import {
  policyNamed,
  productionPolicyNames,
  readReplay,
  simulate,
  type Replay,
  type ServingPolicy,
  type SimulationResult,
} from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { progressBar } from '../../job-progress/step-text.js';
import { checkPolicies } from '../../suggest/check-policies.js';
import { fetchListings, readListings } from './listings.js';
import { formatReplay } from './format-replay.js';
import { summarizeReplay } from './summarize-replay.js';

export interface ReplayOptions extends CommonOptions {
  readonly with?: readonly string[];
  readonly listings?: string;
  readonly policy: string;
}

const seed = 1;
const progressMs = 250;

/** Throws `invalid-argument` for invalid files, and the reason of an interruption. */
export async function runReplay(context: Context, options: ReplayOptions, logs: readonly string[]): Promise<void> {
  const { listings: folder, with: changes = [] } = options;
  checkPolicies([options.policy], productionPolicyNames);
  const listings = folder === undefined ? await fetchListings(context, options) : await readListings(folder);
  const replay = await readReplay(logs, listings, changes);
  const results = await simulateAll(context, replay, policyNamed(options.policy));
  const summary = summarizeReplay(replay, results);
  printResult(context, options, isForPrograms(options) ? summary : undefined, () =>
    formatReplay(summary, { width: widthOf(context, options), paintTitles: context.terminal.paint.bold }),
  );
}

async function simulateAll(
  { terminal, clock, stop }: Context,
  { scenarios }: Replay,
  policy: ServingPolicy,
): Promise<readonly SimulationResult[]> {
  await using solver = createSolver({ isolation: environmentOnly, clock });
  const results: SimulationResult[] = [];
  let shownAt = -Infinity;
  for (const scenario of scenarios) {
    const result = await simulate(scenario, policy, seed, {
      ...{ signal: stop, clock, solver },
      onProgress({ simulatedMs, durationMs }) {
        if (clock.now() - shownAt < progressMs) return;
        shownAt = clock.now();
        const share = simulatedMs / durationMs;
        terminal.status([`${scenario.name}  ${progressBar(share, 1)}  ${Math.floor(share * 100)} %`]);
      },
    });
    stop.throwIfAborted();
    results.push(result);
  }
  terminal.status([]);
  return results;
}
