// A target while it is packed: the replicas that count for it, and what it still lacks on each hardware class.

import type { Option } from '../context/options.js';
import type { Entry } from '../ledger/entry.js';
import { minLoad, minShare } from '../context/compute.js';
import type { Share } from '../context/share.js';
import type { Target } from '../targets/target.js';

export interface Pack {
  readonly target: Target;
  /** Replicas that count for the target, each with what it provides. */
  readonly counted: Map<Entry, Provision>;
  readonly lacks: readonly Lack[];
  /** Existing replicas that may be claimed, the best last. Undefined if they must be listed. */
  candidates: Entry[] | undefined;
}

/** The missing part of a share. */
export interface Lack {
  readonly share: Share;
  replicas: number;
  /** Slots of the share's class. */
  load: number;
  /** Set if a later plan loads some of it. */
  isWaiting: boolean;
  /** Set if nothing more can be done for it in this plan. */
  isStuck: boolean;
}

/** The part of a share that a replica provides. */
interface Provision {
  readonly lack: Lack;
  /** Slots of the share's class. */
  readonly load: number;
}

export const createPack = (target: Target): Pack => ({
  target,
  counted: new Map(),
  lacks: target.shares.map((share) => ({
    share,
    replicas: share.replicas,
    load: share.load,
    isWaiting: false,
    isStuck: false,
  })),
  candidates: undefined,
});

/** Returns whether a share is not met. A share with load is met when its load is, whatever the number of replicas. */
export const isOpen = ({ share, replicas, load, isStuck }: Lack): boolean =>
  !isStuck && (share.load > 0 ? load > minLoad : replicas > 0);

/** Returns the slot time that a lack takes on a class. */
export const loadOn = ({ share, load }: Lack, option: Option): number =>
  share.load === 0 ? 0 : (load * option.secondsPerItem) / share.option.secondsPerItem;

/** Returns the least slot time for which another replica on a class is worthwhile. */
export const minLoadOn = (lack: Lack, option: Option): number => Math.min(minShare, loadOn(lack, option));

/** Counts a replica, which gives `slots` of its class. */
export function count({ counted }: Pack, lack: Lack, entry: Entry, option: Option, slots: number): void {
  const load = slots === 0 ? 0 : (slots * lack.share.option.secondsPerItem) / option.secondsPerItem;
  counted.set(entry, { lack, load });
  lack.replicas -= 1;
  lack.load -= load;
}

/** Stops counting the replicas that a more important need has evicted, and forgets the candidates. */
export function refresh(pack: Pack): void {
  pack.candidates = undefined;
  for (const [entry, { lack, load }] of pack.counted) {
    if (!entry.leaving) continue;
    pack.counted.delete(entry);
    entry.load = 0;
    lack.replicas += 1;
    lack.load += load;
  }
}
