// The replicas of a candidate that were idle in their last report, the latest report first. Other routers send to the replicas, too,
// so that one which was idle a while ago may be busy by now.

export interface IdleReplicas<R> {
  /** Records that a replica is idle now. */
  report(replica: R): void;
  /** Returns the replica that was reported last, of those that the router still takes for idle. */
  latest(isIdle: (replica: R) => boolean): R | undefined;
}

export function createIdleReplicas<R>(): IdleReplicas<R> {
  /** Reports, the latest last. Only the last one of a replica counts. */
  let reports: { readonly replica: R; readonly number: number }[] = [];
  const lastOf = new Map<R, number>();
  let count = 0;

  function dropEarlier(): void {
    reports = reports.filter(({ replica, number }) => lastOf.get(replica) === number);
  }
  return {
    report(replica) {
      count += 1;
      if (reports.at(-1)?.replica === replica) reports.pop();
      lastOf.set(replica, count);
      reports.push({ replica, number: count });
      if (reports.length > 2 * lastOf.size) dropEarlier();
    },
    latest(isIdle) {
      for (let last = reports.at(-1); last !== undefined; last = reports.at(-1)) {
        const isLast = lastOf.get(last.replica) === last.number;
        if (isLast && isIdle(last.replica)) return last.replica;
        reports.pop();
        if (isLast) lastOf.delete(last.replica);
      }
      return undefined;
    },
  };
}
