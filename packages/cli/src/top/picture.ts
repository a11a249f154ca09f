// What `pareto top` knows: the last picture of the cluster, how old it is, and why there is no newer one.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';

/** What a router says of itself while no controller answers. */
export type RouterWord =
  | { readonly kind: 'serves'; readonly tableAgeMs: number | undefined }
  | { readonly kind: 'not ready' }
  | { readonly kind: 'silent' };

export interface Silence {
  readonly reason: string;
  /** No controller could be reached at all. */
  readonly isAbsent: boolean;
  readonly router: RouterWord;
}

export interface Outage extends Silence {
  readonly since: Milliseconds;
}

export interface Picture {
  readonly overview: wire.OverviewResponse | undefined;
  /** When it was seen. */
  readonly seenAt: Milliseconds | undefined;
  /** No controller answers; undefined when one does. */
  readonly outage: Outage | undefined;
}

export const emptyPicture: Picture = { overview: undefined, seenAt: undefined, outage: undefined };

export const seen = (overview: wire.OverviewResponse, now: Milliseconds): Picture => ({
  overview,
  seenAt: now,
  outage: undefined,
});

/** The picture stays; the outage began when the first word of it came. */
export const unseen = (last: Picture, silence: Silence, now: Milliseconds): Picture => ({
  ...last,
  outage: { ...silence, since: last.outage?.since ?? now },
});
