// The lifecycle of a replica: states with their data, and the transitions between them.

import { milliseconds, type Milliseconds } from '@pareto/core';

export type ReplicaLife =
  | { readonly state: 'loading'; readonly since: Milliseconds }
  | { readonly state: 'warming'; readonly since: Milliseconds; readonly loadMs: Milliseconds }
  | { readonly state: 'ready'; readonly since: Milliseconds; readonly loadMs: Milliseconds }
  | { readonly state: 'draining'; readonly since: Milliseconds }
  | { readonly state: 'failed'; readonly since: Milliseconds; readonly reason: string };

export type ReplicaEvent =
  | { readonly kind: 'loaded'; readonly at: Milliseconds }
  | { readonly kind: 'warmed'; readonly at: Milliseconds }
  /** The executor died or did not start, so the replica loads again. */
  | { readonly kind: 'restarted'; readonly at: Milliseconds; readonly reason: string }
  /** The replica is not loaded again. */
  | { readonly kind: 'failed'; readonly at: Milliseconds; readonly reason: string }
  | { readonly kind: 'drained'; readonly at: Milliseconds };

/**
 * Returns the next state. A late event leaves the state unchanged: `loaded` applies only while loading, `warmed` only
 * while warming. A failed replica can only be drained. Draining is final.
 */
export function transition(life: ReplicaLife, event: ReplicaEvent): ReplicaLife {
  if (life.state === 'draining') return life;
  if (event.kind === 'drained') return { state: 'draining', since: event.at };
  if (life.state === 'failed') return life;
  switch (event.kind) {
    case 'loaded': {
      if (life.state !== 'loading') return life;
      return { state: 'warming', since: event.at, loadMs: milliseconds(event.at - life.since) };
    }
    case 'warmed':
      return life.state === 'warming' ? { state: 'ready', since: event.at, loadMs: life.loadMs } : life;
    case 'restarted':
      return { state: 'loading', since: event.at };
    case 'failed':
      return { state: 'failed', since: event.at, reason: event.reason };
    default:
      return unreachable(event);
  }
}

function unreachable(event: never): never {
  throw new Error(`unknown event ${JSON.stringify(event)}`);
}
