// Counts of failed requests by their reason.

import type { FailureCount } from './load-report.js';

export interface FailureTally {
  count(code: string, message: string): void;
  /** Returns the counts, the most frequent first. */
  list(): readonly FailureCount[];
}

const maxReasons = 100;
const maxLength = 200;

/** Creates counts by code and reason: messages that differ only in their numbers, not in names, have the same reason. */
export function createFailureTally(): FailureTally {
  const counts = new Map<string, { readonly code: string; readonly reason: string; count: number }>();
  return {
    count(code, message) {
      const exact = message.replace(/(?<![A-Za-z])\d+(?:\.\d+)?/g, 'N').slice(0, maxLength);
      const isNew = !counts.has(`${code} ${exact}`);
      const reason = isNew && counts.size >= maxReasons ? 'other reasons' : exact;
      const key = `${code} ${reason}`;
      const entry = counts.get(key) ?? { code, reason, count: 0 };
      counts.set(key, entry);
      entry.count++;
    },
    list: () => [...counts.values()].sort((a, b) => b.count - a.count),
  };
}
