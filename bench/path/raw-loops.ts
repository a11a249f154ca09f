// The processes that run the measured model in ONNX Runtime alone, one per slot of the worker.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RawOrder, RawReply } from './raw-loop.js';

export interface RawLoops extends Disposable {
  readonly pids: readonly number[];
  /** Sends an order to the first `processes` processes simultaneously. */
  run(processes: number, order: RawOrder): Promise<readonly RawReply[]>;
}

const script = fileURLToPath(new URL('./raw-loop.ts', import.meta.url));

/** Starts idle processes. Resolves when they have loaded the model. */
export async function startRawLoops(count: number, file: string, shape: readonly number[]): Promise<RawLoops> {
  const loops = Array.from({ length: count }, () => startRawLoop(file, shape));
  await Promise.all(loops.map(({ reply }) => reply()));
  return {
    pids: loops.map(({ child: { pid = 0 } }) => pid),
    run: (processes, order) =>
      Promise.all(
        loops.slice(0, processes).map(async ({ child, reply }) => {
          child.send(order);
          return (await reply()) as RawReply;
        }),
      ),
    [Symbol.dispose]: () => loops.forEach(({ child }) => child.disconnect()),
  };
}

interface RawLoop {
  readonly child: ChildProcess;
  /** Returns the next message. Throws if the process exits. */
  readonly reply: () => Promise<unknown>;
}

function startRawLoop(file: string, shape: readonly number[]): RawLoop {
  const child = fork(script, [file, JSON.stringify(shape)], {
    execArgv: ['--import=tsx'],
    env: { ORT_DISABLE_TELEMETRY: '1' },
  });
  const exited = once(child, 'exit').then(([code]): never => {
    throw new Error(`the raw loop exited with code ${code}`);
  });
  exited.catch(() => undefined);
  return { child, reply: async () => ((await Promise.race([once(child, 'message'), exited])) as [unknown])[0] };
}
