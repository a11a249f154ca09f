// Sessions of simulated workers and routers with the controllers, as real ones have.

import { systemClock, systemRng } from '@pareto/core';
import { tokenKey, type wire } from '@pareto/protocol';
import { createClient } from '@pareto/rpc';
import { createSession, type Session } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';

export interface Controllers {
  readonly addresses: readonly string[];
  readonly token: string;
}

/** The message handlers of a session. */
export interface SessionMessages<In, Out> {
  readonly hello: (attempt: { readonly acceptFollower: boolean }) => Out;
  readonly onMessage: (message: In) => void;
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};

const base = ({ addresses, token }: Controllers) => ({
  ...{ addresses, channel: { metadata: { [tokenKey]: token } }, clock: systemClock, rng: systemRng, logger: silent },
});

export const joinFleet = (
  controllers: Controllers,
  messages: SessionMessages<wire.ControllerMessage, wire.WorkerMessageInput>,
): Session<wire.WorkerMessageInput> =>
  createSession({
    ...{ ...base(controllers), ...messages, target: 'leader' },
    open: (channel, options) => createClient(channel, 'pareto.v1.Fleet').join(options),
  });

export const watchRoutes = (
  controllers: Controllers,
  messages: SessionMessages<wire.TableMessage, wire.RouterMessageInput>,
): Session<wire.RouterMessageInput> =>
  createSession({
    ...{ ...base(controllers), ...messages, target: 'any' },
    open: (channel, options) => createClient(channel, 'pareto.v1.Routes').watch(options),
  });
