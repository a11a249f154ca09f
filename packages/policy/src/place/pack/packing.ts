// Packs targets onto workers: first every target claims existing replicas, then missing ones are loaded, the most
// important first.

import type { PlanningContext } from '../context/context.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Target } from '../targets/target.js';
import { reprieve } from './evict.js';
import { createPack, refresh, type Pack } from './pack.js';
import { claimOne, provideOne, type Packer } from './packer.js';

export interface Packing {
  /** Keeps existing replicas for all targets, so that no target evicts what a more important one keeps. */
  claim(): void;
  /** Provides the missing replicas of the targets with a priority above `from`, up to `to`. */
  provide(from: number, to: number): void;
}

export function createPacking(ledger: Ledger, context: PlanningContext, targets: readonly Target[]): Packing {
  const packs = targets.map(createPack);
  const priorities = [...new Set(targets.map(({ priority }) => priority))];
  const ofPriority = (priority: number): readonly Pack[] => packs.filter(({ target }) => target.priority === priority);
  const packer: Packer = { ledger, context, replaced: new Set() };
  return {
    claim() {
      for (const priority of priorities) inTurns(ofPriority(priority), (pack) => claimOne(packer, pack));
    },
    provide(from, to) {
      for (const priority of priorities) {
        if (priority <= from || priority > to) continue;
        const own = ofPriority(priority);
        for (const pack of own) refresh(pack);
        inTurns(own, (pack) => provideOne(packer, pack));
        reprieve(ledger);
      }
    },
  };
}

/** Gives each pack one replica in turn, those with the fewest first, until `give` returns false for it. */
function inTurns(packs: readonly Pack[], give: (pack: Pack) => boolean): void {
  let open = packs;
  for (let count = 0; open.length > 0; count += 1)
    open = open.filter((pack) => pack.counted.size > count || give(pack));
}
