// The thread that simulates one policy with one seed.

import { parentPort, workerData } from 'node:worker_threads';
import { errorText, systemClock } from '@pareto/core';
import { policyNamed, readScenarioFile, simulate, type SimulationResult } from '@pareto/simulator';
import type { PlannedRun, SimulationMessage } from './simulation-task.js';

/** Time between two messages about the progress. */
const progressMs = 250;

const send = (message: SimulationMessage): void => parentPort?.postMessage(message);

async function run({ file, data, days, policy, seed }: PlannedRun): Promise<SimulationResult> {
  const { scenario } = await readScenarioFile(file, { data, days });
  const stop = new AbortController();
  parentPort?.once('message', () => stop.abort());
  let sentAt = systemClock.now();
  return simulate(scenario, policyNamed(policy), seed, {
    signal: stop.signal,
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
  (error: unknown) => send({ kind: 'failed', error: errorText(error) }),
);
