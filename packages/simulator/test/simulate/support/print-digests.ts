// Prints a digest of the result of each policy, and one of the standard scenario, as JSON.

import { createHash } from 'node:crypto';
import { createStandardStreams, cutPart } from '@pareto/workload';
import { createStandardScenario, policies, policyNamed, readStandardPart, simulate } from '../../../src/index.js';
import type { SimulationResult } from '../../../src/index.js';
import { openSolver } from '../../baselines/support/open-solver.js';
import { faultyScenario } from '../../baselines/support/faulty-scenario.js';

const digestOf = (result: SimulationResult): string =>
  createHash('sha256').update(JSON.stringify(result)).digest('hex');

async function digests(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const solver = openSolver();
  for (const policy of policies) found[policy.name] = digestOf(await simulate(faultyScenario, policy, 7, { solver }));
  const { part } = await readStandardPart('daily-bursts', 'tuning', undefined);
  const window = cutPart(part, { fromMs: 0, toMs: 4_000 });
  const { registry, fleet, tasks } = createStandardScenario();
  const streams = createStandardStreams(window, tasks);
  const standard = { ...faultyScenario, registry, fleet, streams, faults: [], durationMs: window.lengthMs };
  const ofStandard = await simulate(standard, policyNamed('pareto'), 1, { solver });
  await solver.close();
  return { ...found, standard: digestOf(ofStandard) };
}

void digests().then((found) => process.stdout.write(JSON.stringify(found)));
