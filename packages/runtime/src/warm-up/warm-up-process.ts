// Warms up an executor process that waits for a model.

import type { Clock } from '@pareto/core';
import { runHungAfter } from '../processes/pending-calls.js';
import { createSessionHost, type CallOutcome, type Session } from '../processes/session-host.js';
import type { ExecutorProcess } from '../processes/executor-process.js';
import { createWarmUpModel, warmUpWidth } from './warm-up-model.js';

/** A model that needs the process meanwhile waits for the rest of this time. */
const maxMs = 150;
const maxRuns = 2_000;

const x = { name: 'x', datatype: 'FP32', shape: [1, warmUpWidth], byteLength: 4 * warmUpWidth } as const;
const data = [[Buffer.alloc(x.byteLength)]];

/** Runs the tiny model in a process that has started, for 150 ms. Rejects if the model can't be written to the folder. */
export async function warmUpProcess(process: ExecutorProcess, folder: string, clock: Clock): Promise<void> {
  await using model = await createWarmUpModel(folder);
  const session = createSessionHost(process, clock).open();
  await runModel(session, model.modelPath, clock);
  await session.release();
}

async function runModel(session: Session, modelPath: string, clock: Clock): Promise<void> {
  const endsAt = clock.now() + maxMs;
  const call = { data, what: 'the warm-up', hungAfter: runHungAfter(undefined) };
  const load = { kind: 'load', session: session.id, modelPath, provider: 'cpu', threads: 1 } as const;
  const run = { kind: 'run', session: session.id, tensors: [x], outputs: [] } as const;
  let outcome = await session.call({ ...call, request: load, data: [] });
  for (let runs = 0; runs < maxRuns && clock.now() < endsAt && !hasFailed(outcome); runs++)
    outcome = await session.call({ ...call, request: run });
}

const hasFailed = (outcome: CallOutcome): boolean => outcome.kind !== 'replied' || outcome.reply.kind === 'failed';
