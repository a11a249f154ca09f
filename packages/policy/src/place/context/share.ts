// The replicas of a variant on one hardware class.

import type { Option } from './options.js';

/** Replicas on one hardware class. */
export interface Share {
  /** The variant on the class. */
  readonly option: Option;
  readonly replicas: number;
  /** Number of slots whose time the replicas take together. 0 for a need that does not come from demand. */
  readonly load: number;
}
