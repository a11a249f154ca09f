// Warms up an executor process that waits for a model.

import { milliseconds, type Clock } from '@pareto/core';
import { loadHungAfter, runHungAfter } from '../processes/pending-calls.js';
import { createSessionHost, type Session } from '../processes/session-host.js';
import type { ExecutorProcess } from '../processes/executor-process.js';
import { createWarmUpModel, warmUpWidth } from './warm-up-model.js';

/** Time after which a model that needs the process no longer waits for it. */
const maxMs = 150;
const maxRuns = 2_000;

const x = { name: 'x', datatype: 'FP32', shape: [1, warmUpWidth], byteLength: 4 * warmUpWidth } as const;
const data = [[Buffer.alloc(x.byteLength)]];

/** Runs the tiny model in a process that has started, for 150 ms. Does not reject. */
export async function warmUpProcess(process: ExecutorProcess, clock: Clock): Promise<void> {
  const session = createSessionHost(process, clock).open();
  await using model = await createWarmUpModel();
  const { modelPath } = model;
  const request = { kind: 'load', session: session.id, modelPath, provider: 'cpu', threads: 1 } as const;
  await session.call({ request, what: 'the load', hungAfter: loadHungAfter });
  await run(session, clock);
  await session.release();
}

async function run(session: Session, clock: Clock): Promise<void> {
  const endsAt = clock.now() + maxMs;
  const request = { kind: 'run', session: session.id, tensors: [x], outputs: [] } as const;
  const call = { request, data, what: 'a run', hungAfter: runHungAfter(milliseconds(1)) };
  for (let runs = 0; runs < maxRuns && clock.now() < endsAt; runs++) {
    if ((await session.call(call)).kind !== 'replied') return;
  }
}
