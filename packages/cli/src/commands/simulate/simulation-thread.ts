// The thread that simulates one policy with one seed.

import { parentPort, workerData } from 'node:worker_threads';
import { errorText, systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { policyNamed, readScenarioFile, simulate, type SimulationResult } from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import type { PlannedRun, SimulationMessage } from './simulation-task.js';

/** Time between two messages about the progress. */
const progressMs = 250;

const send = (message: SimulationMessage): void => parentPort?.postMessage(message);

const stop = new AbortController();
parentPort?.once('message', () => stop.abort());

async function run({ file, data, days, policy, seed }: PlannedRun): Promise<SimulationResult> {
  const { scenario } = await readScenarioFile(file, { data, days });
  // Its process starts with the first program of a policy. The kernel kills it when this thread ends.
  await using solver = createSolver({ isolation: environmentOnly, clock: systemClock });
  let sentAt = systemClock.now();
  return await simulate(scenario, policyNamed(policy), seed, {
    ...{ signal: stop.signal, solver },
    onProgress({ simulatedMs, durationMs }) {
      const now = systemClock.now();
      if (now - sentAt < progressMs) return;
      sentAt = now;
      send({ kind: 'progress', share: simulatedMs / durationMs });
    },
  });
}

run(workerData as PlannedRun).then(
  (result) => send({ kind: 'result', result }),
  (error: unknown) =>
    send(error === stop.signal.reason ? { kind: 'stopped' } : { kind: 'failed', error: errorText(error) }),
);
