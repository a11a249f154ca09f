// Detects that etcd was wiped or restored from a snapshot, which starts a new history. The evidence is a linearizable response
// that is impossible in the known history.

import type { Clock } from '@pareto/core';
import type { Revision } from '../store.js';

/** Header of every response of etcd, in the types of etcd3. */
export interface Header {
  readonly cluster_id: string;
  /** Member that responded. */
  readonly member_id: string;
  readonly revision: string;
  readonly raft_term: string;
}

/** State known before a call. The response can't be older. */
interface Mark {
  readonly generation: number;
  readonly revision: Revision;
  readonly terms: Terms;
}

/**
 * Raft term of the last entry that each member has applied. A member's term never decreases. Another member may have a lower term
 * although its reads are current: a member that was down and received a snapshot keeps its earlier term.
 */
type Terms = ReadonlyMap<string, number>;

export interface History {
  readonly epoch: string;
  /** Number of earlier histories that this process has known. */
  readonly generation: number;
  /** Signal that aborts when another history begins. */
  readonly over: AbortSignal;
  /** Revision at which this history was first read. 0 for the first history. */
  readonly begunAt: Revision;
  /** Highest known revision of a key of this cluster. */
  readonly own: Revision;
  /** Highest known revision of any key. */
  readonly seen: Revision;
  readonly ageMs: number;
  mark(): Mark;
  /**
   * Returns false if the response to a call made after the mark proves that the history is another one. `isDoubted`: such a
   * proof was found before, so that a member must have the highest known term of all members to refute it.
   */
  agrees(mark: Mark, header: Header, isDoubted?: boolean): boolean;
  /** Records a linearizable response that agrees. */
  recordResponse(mark: Mark, header: Header): void;
  /** Records a change to a key of this cluster. Ignores a change in another history. */
  recordChange(generation: number, revision: Revision): void;
  /** Records that etcd sent a message. */
  recordContact(): void;
  /** Begins another history with one of its responses. */
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
  let contactAt = clock.now();
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
    get ageMs() {
      return clock.now() - contactAt;
    },
    mark: () => ({ generation, revision: seen, terms }),
    agrees(mark, header, isDoubted = false) {
      if (mark.generation !== generation) return false;
      const raftTerm = Number(header.raft_term);
      const minTerm = isDoubted ? Math.max(0, ...mark.terms.values()) : (mark.terms.get(header.member_id) ?? 0);
      // A member that has just started may not report its term.
      return (
        header.cluster_id === cluster &&
        Number(header.revision) >= mark.revision &&
        (raftTerm === 0 || raftTerm >= minTerm)
      );
    },
    recordResponse(mark, header) {
      if (mark.generation !== generation) return;
      seen = Math.max(seen, Number(header.revision));
      if (Number(header.raft_term) > (terms.get(header.member_id) ?? 0)) {
        terms = new Map([...terms, ...termsOf(header)]);
      }
      contactAt = clock.now();
    },
    recordChange(of, revision) {
      if (of !== generation) return;
      own = Math.max(own, revision);
      seen = Math.max(seen, revision);
    },
    recordContact() {
      contactAt = clock.now();
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
