// What is known about a tensor along the batch axis.

import { isSame, items, multiplied, type Length, type Lengths } from './length.js';

/** The position of the items in a tensor: item `n` has the indices `(o * items + n) * inner + i` of the axis. */
export interface ItemsAt {
  readonly axis: number;
  /** Number of values of `o`. */
  readonly outer: Length;
  /** Number of values of `i`. */
  readonly inner: Length;
}

/** A tensor in which the elements of each item depend on this item of the inputs only. */
export interface Rows {
  readonly kind: 'rows';
  /** Shape. The axis of the items is the only one whose length depends on their number. */
  readonly dims: readonly Length[];
  readonly at: ItemsAt;
}

interface Values {
  /** Shape. Undefined if the rank is unknown. */
  readonly dims: Lengths | undefined;
  /** Elements of a short list of integers. Otherwise undefined. */
  readonly values: Lengths | undefined;
  /** Set if the elements are 64-bit integers. Arithmetic of other types rounds or overflows early. */
  readonly wide?: boolean;
}

/** A tensor that is the same whatever the inputs contain and however many items they have. */
export interface Constant extends Values {
  readonly kind: 'constant';
}

/** A tensor that depends on the number of items, but not on what the inputs contain. */
interface Size extends Values {
  readonly kind: 'size';
}

/** A tensor of which nothing is proved, with the reason as a human-readable clause. */
export interface Lost {
  /** `mixed` if items definitely depend on each other. */
  readonly kind: 'mixed' | 'unknown';
  readonly reason: string;
}

export type RowState = Constant | Size | Rows | Lost;

export const mixed = (reason: string): Lost => ({ kind: 'mixed', reason });
export const unknown = (reason: string): Lost => ({ kind: 'unknown', reason });

export const isLost = (state: RowState | undefined): state is Lost =>
  state?.kind === 'mixed' || state?.kind === 'unknown';

/** Returns the length of an axis with items. */
export const lengthOf = ({ outer, inner }: ItemsAt): Length | undefined => multiplied(outer, items, inner);

export const sameItems = (a: ItemsAt, b: ItemsAt): boolean => a.axis === b.axis && sameOrder(a, b);

/** Returns true if items are in the same order along their axes. */
export const sameOrder = (a: ItemsAt, b: ItemsAt): boolean => isSame(a.outer, b.outer) && isSame(a.inner, b.inner);
