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
  const children = Array.from({ length: count }, () =>
    fork(script, [file, JSON.stringify(shape)], {
      execArgv: ['--import=tsx'],
      env: { ORT_DISABLE_TELEMETRY: '1' },
    }),
  );
  await Promise.all(children.map(nextMessage));
  return {
    pids: children.map(({ pid = 0 }) => pid),
    run: (processes, order) =>
      Promise.all(
        children.slice(0, processes).map(async (child) => {
          child.send(order);
          return (await nextMessage(child)) as RawReply;
        }),
      ),
    [Symbol.dispose]: () => children.forEach((child) => child.disconnect()),
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the raw loop exited with code ${code}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
  return message;
}
