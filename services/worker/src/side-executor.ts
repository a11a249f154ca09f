// Executors beside the replicas, for making, verifying and comparing: they hold no slot, and run when nobody else wants the core.

import { ParetoError, type SessionOption } from '@pareto/core';
import type { Executor, ExecutorPool, TensorInput, TensorOutput } from '@pareto/runtime';
import type { GuestMemory } from './guest-memory.js';

export interface SideDeps {
  readonly pool: ExecutorPool;
  readonly guests: GuestMemory;
  /** What one more executor may come to hold. */
  readonly memoryLimitBytes: () => number;
}

export interface SideWish {
  readonly modelPath: string;
  readonly option?: SessionOption | undefined;
}

/** On the cpu. It ends, if it has not ended before, when the signal aborts. Throws as a load does. */
export async function loadAside(deps: SideDeps, wish: SideWish, signal: AbortSignal): Promise<Executor> {
  const memoryLimitBytes = deps.memoryLimitBytes();
  const executor = await deps.pool.load({ ...wish, provider: 'cpu', threads: 1, nice: true, memoryLimitBytes }, signal);
  countAsGuest(executor, deps.guests);
  endWith(executor, signal);
  return executor;
}

/** Until it ends. */
export function countAsGuest(executor: Executor, guests: GuestMemory): void {
  const guest = guests.add(async () => (await executor.memory())?.privateBytes ?? 0);
  void executor.died.then(() => guest[Symbol.dispose]());
}

export function endWith(executor: Executor, signal: AbortSignal): void {
  const end = (): void => void executor[Symbol.asyncDispose]();
  if (signal.aborted) return end();
  signal.addEventListener('abort', end, { once: true });
  void executor.died.then(() => signal.removeEventListener('abort', end));
}

/** All outputs. Throws `failed-precondition` with the reason, `who` being what ran; `unavailable` when another model ended the process. */
export async function runModel(
  executor: Executor,
  inputs: readonly TensorInput[],
  who: string,
): Promise<readonly TensorOutput[]> {
  const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
  if (outcome.kind === 'done') return outcome.outputs;
  const why = outcome.kind === 'failed' ? outcome.message : outcome.death.reason;
  const isAnothers = outcome.kind === 'died' && outcome.death.kind === 'beside';
  throw new ParetoError(isAnothers ? 'unavailable' : 'failed-precondition', `${who} doesn't run: ${why}`);
}
