// The interface of a source of needs. A new source is a folder here and a line in `need-sources.ts`.

import type { PlanningContext } from '../context/context.js';
import type { Need } from './need.js';

export interface NeedSource {
  readonly name: string;
  /** Needs of a source with a lower number are met first, and may evict what only those of higher numbers keep. */
  readonly priority: number;
  /** Returns the needs, in the order in which they are met. Depends on the context only. */
  readonly needs: (context: PlanningContext) => readonly Need[];
}
