// Somebody who registers tasks all the time, and keeps account of what was acknowledged and what was refused.

import { systemClock } from '@pareto/core';
import { createChannel, createClient, createFailover, createFailoverClient } from '@pareto/rpc';

interface Acknowledged {
  readonly name: string;
  /** Milliseconds, by `performance.now()`. */
  readonly begunAt: number;
  readonly at: number;
}

interface Refused extends Omit<Acknowledged, 'at'> {
  readonly code: string;
  readonly message: string;
  /** host:port of the leader that the refusal names. */
  readonly leader: string | undefined;
  readonly tookMs: number;
}

export interface Registrar {
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: readonly Refused[];
  /** Begins no more; resolves when every registration is acknowledged or refused. */
  stop(): Promise<void>;
}

export interface RegistrarOptions {
  /** host:port; of several, the one that leads is followed, with patience. One alone has the last word. */
  readonly controllers: readonly string[];
  /** Of the tasks' names. */
  readonly prefix: string;
  readonly everyMs: number;
  readonly timeoutMs?: number;
}

/** A registration begins each `everyMs`, whether or not earlier ones have ended. */
export function startRegistrar({ controllers, prefix, everyMs, timeoutMs = 15_000 }: RegistrarOptions): Registrar {
  const [first = ''] = controllers;
  const failover = createFailover({
    addresses: controllers,
    open: (address) => createChannel(address),
    clock: systemClock,
  });
  const channel = createChannel(first);
  const registry =
    controllers.length > 1
      ? createFailoverClient(failover, 'pareto.v1.Registry')
      : createClient(channel, 'pareto.v1.Registry');
  const acknowledged: Acknowledged[] = [];
  const refused: Refused[] = [];
  const pending = new Set<Promise<void>>();
  let count = 0;

  async function register(name: string): Promise<void> {
    const begunAt = performance.now();
    try {
      await registry.registerTask({ name, metric: 'top1' }, { timeoutMs });
      acknowledged.push({ name, begunAt, at: performance.now() });
    } catch (error) {
      const { code, message, details } = error as Error & { code: string; details: Record<string, string> };
      const leader = details['pareto-leader'];
      refused.push({ name, begunAt, code, message, leader, tookMs: performance.now() - begunAt });
    }
  }
  const timer = setInterval(() => {
    const one: Promise<void> = register(`${prefix}-${count++}`).finally(() => pending.delete(one));
    pending.add(one);
  }, everyMs);
  return {
    acknowledged,
    refused,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      failover.close();
      channel.close();
    },
  };
}

/** Names of tasks that a controller lists. */
export async function listTasks(controller: string): Promise<ReadonlySet<string>> {
  const channel = createChannel(controller);
  try {
    const { tasks } = await createClient(channel, 'pareto.v1.Registry').list({}, { timeoutMs: 5_000 });
    return new Set(tasks.map(({ name }) => name));
  } finally {
    channel.close();
  }
}
