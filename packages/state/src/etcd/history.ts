// Which history of the store this process knows, and how it is found out that etcd now has another one: wiped, or restored
// from a snapshot. Evidence is what a linearizable answer says, and can't say in one and the same history.

import type { Clock } from '@pareto/core';
import type { Revision } from '../store.js';

/** Of every answer of etcd, as etcd3 gives it. */
export interface Header {
  readonly cluster_id: string;
  /** Of who answered. */
  readonly member_id: string;
  readonly revision: string;
  readonly raft_term: string;
}

/** What was known before a call: its answer can't be older. */
interface Mark {
  readonly generation: number;
  readonly revision: Revision;
  readonly terms: Terms;
}

/**
 * The raft term of the last entry that each member had carried out. Of one member it only goes up; another may be behind it
 * without any read being behind: one that was away and got a snapshot of the data keeps the term from before.
 */
type Terms = ReadonlyMap<string, number>;

export interface History {
  readonly epoch: string;
  /** How many histories were known so far. */
  readonly generation: number;
  /** Aborts when another history begins. */
  readonly over: AbortSignal;
  /** The revision at which this history was met after another one; 0 for the first. */
  readonly begunAt: Revision;
  /** The highest revision known to be of a key of ours. */
  readonly own: Revision;
  /** The highest revision seen at all. */
  readonly seen: Revision;
  readonly silentMs: number;
  mark(): Mark;
  /** False: an answer to a call made after the mark shows another history. */
  agrees(mark: Mark, header: Header): boolean;
  /** Takes note of a linearizable answer that agrees. */
  answered(mark: Mark, header: Header): void;
  /** Takes note of a change to a key of ours; nothing when that was in another history. */
  changed(generation: number, revision: Revision): void;
  /** Something came from etcd. */
  heard(): void;
  /** Another history begins, of which one answer is known. */
  begin(epoch: string, header: Header): void;
}

export function createHistory(firstEpoch: string, firstHeader: Header, clock: Clock): History {
  let epoch = firstEpoch;
  let generation = 0;
  let over = new AbortController();
  let begunAt = 0;
  let own = 0;
  let seen = Number(firstHeader.revision);
  let terms = termsOf(firstHeader);
  let cluster = firstHeader.cluster_id;
  let heardAt = clock.now();
  return {
    get epoch() {
      return epoch;
    },
    get generation() {
      return generation;
    },
    get over() {
      return over.signal;
    },
    get begunAt() {
      return begunAt;
    },
    get own() {
      return own;
    },
    get seen() {
      return seen;
    },
    get silentMs() {
      return clock.now() - heardAt;
    },
    mark: () => ({ generation, revision: seen, terms }),
    agrees(mark, header) {
      if (mark.generation !== generation) return false;
      const raftTerm = Number(header.raft_term);
      // A member that has just started may not tell its term.
      return (
        header.cluster_id === cluster &&
        Number(header.revision) >= mark.revision &&
        (raftTerm === 0 || raftTerm >= (mark.terms.get(header.member_id) ?? 0))
      );
    },
    answered(mark, header) {
      if (mark.generation !== generation) return;
      seen = Math.max(seen, Number(header.revision));
      if (Number(header.raft_term) > (terms.get(header.member_id) ?? 0)) {
        terms = new Map([...terms, ...termsOf(header)]);
      }
      heardAt = clock.now();
    },
    changed(of, revision) {
      if (of !== generation) return;
      own = Math.max(own, revision);
      seen = Math.max(seen, revision);
    },
    heard() {
      heardAt = clock.now();
    },
    begin(next, header) {
      epoch = next;
      generation += 1;
      own = 0;
      seen = begunAt = Number(header.revision);
      terms = termsOf(header);
      cluster = header.cluster_id;
      const before = over;
      over = new AbortController();
      before.abort();
    },
  };
}

const termsOf = ({ member_id, raft_term }: Header): Terms => new Map([[member_id, Number(raft_term)]]);
