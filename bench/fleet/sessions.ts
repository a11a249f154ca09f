// A simulated worker's or router's way to the controllers: the session that real ones use.

import { systemClock, systemRng } from '@pareto/core';
import { createClient, tokenKey, type wire } from '@pareto/rpc';
import { createSession, type Session } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';

export interface Controllers {
  readonly addresses: readonly string[];
  readonly token: string;
}

/** What a session is made of besides the messages. */
export interface Talk<In, Out> {
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
  talk: Talk<wire.ControllerMessage, wire.WorkerMessageInput>,
): Session<wire.WorkerMessageInput> =>
  createSession({
    ...{ ...base(controllers), ...talk, target: 'leader' },
    open: (channel, options) => createClient(channel, 'pareto.v1.Fleet').join(options),
  });

export const watchRoutes = (
  controllers: Controllers,
  talk: Talk<wire.TableMessage, wire.RouterMessageInput>,
): Session<wire.RouterMessageInput> =>
  createSession({
    ...{ ...base(controllers), ...talk, target: 'any' },
    open: (channel, options) => createClient(channel, 'pareto.v1.Routes').watch(options),
  });
