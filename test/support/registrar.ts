// A client that registers tasks continuously, and records which registrations were acknowledged and refused.

import { systemClock } from '@pareto/core';
import { createChannel, createClient, createFailover, createFailoverClient } from '@pareto/rpc';

interface Acknowledged {
  readonly name: string;
  /** Start in ms, from `performance.now()`. */
  readonly begunAt: number;
  readonly at: number;
}

interface Refused extends Omit<Acknowledged, 'at'> {
  readonly code: string;
  readonly message: string;
  /** Address (host:port) of the leader that the error names. */
  readonly leader: string | undefined;
  readonly tookMs: number;
}

export interface Registrar {
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: readonly Refused[];
  /** Stops. Resolves when every registration is acknowledged or refused. */
  stop(): Promise<void>;
}

export interface RegistrarOptions {
  /** Addresses (host:port). With several, the client fails over to the leader. Errors of a single one are final. */
  readonly controllers: readonly string[];
  /** Prefix of the tasks' names. */
  readonly prefix: string;
  readonly everyMs: number;
  readonly timeoutMs?: number;
}

/** Starts a registration each `everyMs`, whether or not earlier ones have finished. */
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

/** Returns the names of the tasks that a controller lists. */
export async function listTasks(controller: string): Promise<ReadonlySet<string>> {
  const channel = createChannel(controller);
  try {
    const { tasks } = await createClient(channel, 'pareto.v1.Registry').list({}, { timeoutMs: 5_000 });
    return new Set(tasks.map(({ name }) => name));
  } finally {
    channel.close();
  }
}
