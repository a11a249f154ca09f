// An election candidate with its own mirror, and no other part of a controller.

import { systemClock } from '@pareto/core';
import { createElection, type Store } from '@pareto/state';
import { createControllerMetrics, createLogger, type Logger } from '@pareto/telemetry';
import { waitFor } from '@pareto/testkit';
import { createLeader, type Leader } from '../../src/leadership/leadership.js';
import { createMirror, type Mirror } from '../../src/storage/mirror.js';

export const logger = createLogger({ service: 'controller', level: 'silent', format: 'json' });
export const metrics = createControllerMetrics();

export interface Candidate extends AsyncDisposable {
  readonly leader: Leader;
  readonly mirror: Mirror;
}

export async function startCandidate(store: Store, address: string, log: Logger = logger): Promise<Candidate> {
  const stop = new AbortController();
  const mirror = createMirror({ store, clock: systemClock, logger });
  await mirror.start(stop.signal);
  const election = createElection(store, { name: 'controller', ttlMs: 3_000, clock: systemClock });
  const leader = createLeader({ store, mirror, election, clock: systemClock, logger: log, metrics });
  const running = leader.run(address, stop.signal);
  return {
    leader,
    mirror,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

export const waitToLead = ({ leader }: Candidate): Promise<unknown> => waitFor('leadership', () => leader.term);
