// How a store can differ from the one that a cluster used before.

/**
 * Reason why a store is not used. `emptied`: its epoch record is gone. `older`: it went back to an earlier state. `replaced`: it has
 * another epoch, which neither a finished restore nor an operator declared.
 */
export type StoreLoss = 'emptied' | 'older' | 'replaced';

/** State of a store that a process knows, and the one that it finds now. */
export interface StoreEvidence {
  /** Epoch that the cluster used. Undefined if this process knows none. */
  readonly known: string | undefined;
  /** Epoch in the store. Undefined if it has none. */
  readonly found: string | undefined;
  /** Set if a finished restore or an operator declared the epoch in the store. */
  readonly isDeclared: boolean;
  /** Set if the store proves to be older than the one of before. */
  readonly isOlder: boolean;
  /** Action that the operator started this process for. */
  readonly intent: StoreIntent | undefined;
}

/** `restore`: fill an empty store from a backup. `accept`: use the store as it is. */
export type StoreIntent = 'restore' | 'accept';

/**
 * `continue`: the history goes on. `create`: write a first epoch. `declare`: write a new epoch that all others follow. `follow`:
 * use the epoch in the store. `hold`: neither read nor write.
 */
export type StoreVerdict =
  | { readonly kind: 'continue' | 'create' | 'declare' | 'follow' }
  | { readonly kind: 'hold'; readonly loss: StoreLoss };

const lossTexts: Readonly<Record<string, string>> & Readonly<Record<StoreLoss, string>> = {
  emptied: 'the store is empty, although this cluster had written to it',
  older: 'the store went back to an earlier state',
  replaced: 'the store is not the one that this cluster used before',
};

/** Returns a clause about the loss. Another release may know other losses. */
export const describeLoss = (loss: string): string => lossTexts[loss] ?? 'the store lost data';
