// Work at whichever controller takes it: the others of the list when one can't be reached, the leader when one is named.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { Channel } from '../client/client.js';
import { connect } from '../client/connect.js';
import { classifyFailure, nextStep, startSteps, type Step } from './failover-steps.js';
import type { CallOptions } from '../transport/options.js';

export interface FailoverOptions {
  /** host:port of the controllers. A leader that they name need not be among them. */
  readonly addresses: readonly string[];
  readonly open: (address: string) => Channel;
  /** What they are, for messages; controllers if left out. */
  readonly what?: 'controller' | 'router';
  readonly clock: Clock;
  /** How long one controller may take to be reached; 2 s if left out. */
  readonly connectMs?: number;
  /** How long a call waits for somebody to lead, or to be reached again; 10 s if left out. A call's own deadline ends it sooner. */
  readonly retryTimeoutMs?: number;
}

export interface FailoverCallOptions extends Pick<CallOptions, 'signal' | 'timeoutMs'> {
  /** Doing it twice does no harm: it is done again also when it isn't known whether it was done. */
  readonly isRepeatable?: boolean;
}

type Work<T> = (channel: Channel, options: Pick<CallOptions, 'signal' | 'timeoutMs'>) => Promise<T>;

export interface Failover {
  /** host:port of the controller that took work last; the first of the list before. */
  readonly address: string;
  /**
   * Does `work` at one controller after the other, until one takes it. What may have been done is not done again unless it
   * is repeatable. Throws `unavailable` when none can be reached, what the last one said when patience or the deadline has
   * run out, and at once whatever else `work` throws.
   */
  run<T>(work: Work<T>, options?: FailoverCallOptions): Promise<T>;
  close(): void;
}

const defaultConnectMs = 2_000;
const defaultRetryTimeoutMs = 10_000;

export function createFailover(options: FailoverOptions): Failover {
  const { addresses, clock, connectMs = defaultConnectMs, retryTimeoutMs = defaultRetryTimeoutMs } = options;
  const channels = new Map<string, Channel>();
  let taken: Step = startSteps(addresses);

  function channelTo(address: string): Channel {
    const channel = channels.get(address) ?? options.open(address);
    channels.set(address, channel);
    return channel;
  }

  async function attempt<T>(step: Step, work: Work<T>, limits: Limits): Promise<Attempted<T>> {
    const channel = channelTo(step.address);
    let isConnected = false;
    try {
      await connect(channel, milliseconds(Math.min(connectMs, limits.remainingMs() ?? Infinity)), limits.signal);
      isConnected = true;
      return { kind: 'done', result: await work(channel, { signal: limits.signal, timeoutMs: limits.remainingMs() }) };
    } catch (error) {
      return { kind: 'failed', error, failure: classifyFailure(error, isConnected) };
    }
  }

  return {
    get address() {
      return taken.address;
    },
    async run(work, { signal, timeoutMs, isRepeatable = false } = {}) {
      const limits = limitsOf(clock, signal, timeoutMs);
      let failingSince: Milliseconds | undefined;
      for (let step = startSteps(addresses, taken); ;) {
        const beganAt = clock.now();
        const attempted = await attempt(step, work, limits);
        if (attempted.kind === 'done') {
          taken = step;
          return attempted.result;
        }
        const { error, failure } = attempted;
        signal?.throwIfAborted();
        // What went on for long is not what was failing before.
        if (failingSince === undefined || clock.now() - beganAt > retryTimeoutMs) failingSince = clock.now();
        const next = nextStep(addresses, step, failure, isRepeatable);
        if (next.kind === 'unreachable') throw unreachable(options, error);
        const remainingMs = failingSince + retryTimeoutMs - clock.now();
        if (next.kind === 'give-up' || next.pauseMs >= Math.min(remainingMs, limits.remainingMs() ?? Infinity))
          throw error;
        await clock.sleep(milliseconds(next.pauseMs), signal);
        ({ step } = next);
      }
    },
    close() {
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}

type Attempted<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown; readonly failure: ReturnType<typeof classifyFailure> };

interface Limits {
  readonly signal: AbortSignal | undefined;
  /** Until the deadline of all of it. */
  readonly remainingMs: () => number | undefined;
}

function limitsOf(clock: Clock, signal: AbortSignal | undefined, timeoutMs: number | undefined): Limits {
  const endsAt = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
  return { signal, remainingMs: () => (endsAt === undefined ? undefined : Math.max(0, endsAt - clock.now())) };
}

const unreachable = ({ addresses, what = 'controller' }: FailoverOptions, cause: unknown): ParetoError =>
  new ParetoError('unavailable', `no ${what} answers at ${addresses.join(' or ')}`, { cause });
