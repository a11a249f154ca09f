// Runs a call on one of several controllers: on the next of the list if one is unreachable, on the leader if one is
// named.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { Channel } from '../client/client.js';
import { connect } from '../client/connect.js';
import { classifyFailure, nextStep, startSteps, type Step } from './failover-steps.js';
import type { CallOptions } from '../transport/options.js';

export interface FailoverOptions {
  /** host:port of the controllers. Their leader may have another address. */
  readonly addresses: readonly string[];
  readonly open: (address: string) => Channel;
  /** Kind of service at the addresses, for error messages. Default: controller. */
  readonly what?: 'controller' | 'router';
  readonly clock: Clock;
  /**
   * Time for which a call is retried while no controller leads or the leader is unreachable. Default: 10 s. The call's
   * own deadline may end it sooner.
   */
  readonly retryTimeoutMs?: number;
}

export interface FailoverCallOptions extends Pick<CallOptions, 'signal' | 'timeoutMs'> {
  /** Allows a retry after an attempt that may have been executed. Default: false. */
  readonly isRepeatable?: boolean;
}

type Work<T> = (channel: Channel, options: Pick<CallOptions, 'signal' | 'timeoutMs'>) => Promise<T>;

export interface Failover {
  /** host:port of the controller that accepted the last call. Before the first call, the first of the list. */
  readonly address: string;
  /**
   * Runs `work` on one controller after another until one accepts it. After an attempt that may have been executed,
   * retries only if `isRepeatable`. Throws `unavailable` if no controller can be reached, the last error after
   * `retryTimeoutMs` or the deadline, and any other error of `work` immediately.
   */
  run<T>(work: Work<T>, options?: FailoverCallOptions): Promise<T>;
  close(): void;
}

/** Timeout of connecting to one controller. */
const connectMs = 2_000;
const defaultRetryTimeoutMs = 10_000;

export function createFailover(options: FailoverOptions): Failover {
  const { addresses, clock, retryTimeoutMs = defaultRetryTimeoutMs } = options;
  const channels = new Map<string, Channel>();
  let accepted: Step = startSteps(addresses);

  function channelTo(address: string): Channel {
    const channel = channels.get(address) ?? options.open(address);
    channels.set(address, channel);
    return channel;
  }

  return {
    get address() {
      return accepted.address;
    },
    async run(work, { signal, timeoutMs, isRepeatable = false } = {}) {
      const endsAt = clock.now() + (timeoutMs ?? Infinity);
      /** Returns the time until the deadline of the whole call. */
      const leftMs = (): number => Math.max(0, endsAt - clock.now());
      let failingSince: Milliseconds | undefined;
      for (let step = startSteps(addresses, accepted); ;) {
        const channel = channelTo(step.address);
        const beganAt = clock.now();
        let isConnected = false;
        try {
          await connect(channel, milliseconds(Math.min(connectMs, leftMs())), signal);
          isConnected = true;
          const result = await work(channel, { signal, timeoutMs: timeoutMs === undefined ? undefined : leftMs() });
          accepted = step;
          return result;
        } catch (error) {
          signal?.throwIfAborted();
          // After an attempt that ran for long, the time for retries starts again.
          if (failingSince === undefined || clock.now() - beganAt > retryTimeoutMs) failingSince = clock.now();
          const next = nextStep(addresses, step, classifyFailure(error, isConnected), isRepeatable);
          if (next.kind === 'unreachable') throw unreachable(options, error);
          const retryLeftMs = failingSince + retryTimeoutMs - clock.now();
          if (next.kind === 'give-up' || next.pauseMs >= Math.min(retryLeftMs, leftMs())) throw error;
          await clock.sleep(milliseconds(next.pauseMs), signal);
          ({ step } = next);
        }
      }
    },
    close() {
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}

const unreachable = ({ addresses, what = 'controller' }: FailoverOptions, cause: unknown): ParetoError =>
  new ParetoError('unavailable', `no ${what} is reachable at ${addresses.join(' or ')}`, { cause });
