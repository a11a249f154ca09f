// What changed between two desired states of a worker.

import { isDeepStrictEqual } from 'node:util';
import type { wire } from '@pareto/protocol';

/** Returns the message that brings a worker from the desired state that it has to the next one. */
export function changesSince(before: wire.AssignmentsInput, next: wire.AssignmentsInput): wire.AssignmentsInput {
  const known = new Map(before.replicas?.map((one) => [one.replicaId, one]));
  const replicas = next.replicas?.filter((one) => !isSame(known.get(one.replicaId), one)) ?? [];
  for (const { replicaId } of next.replicas ?? []) known.delete(replicaId);
  const removed = Array.from(known.keys(), (id) => id ?? '');
  return { ...next, onlyChanges: true, replicas, removed };
}

/** Returns whether two desired states differ in nothing but the revision. */
export function isSameState(a: wire.AssignmentsInput, b: wire.AssignmentsInput): boolean {
  const [{ replicas: own = [] }, { replicas: other = [] }] = [a, b];
  const rest = { revision: 0, replicas: [] };
  return (
    own.length === other.length &&
    own.every((one, index) => isSame(one, other[index])) &&
    isDeepStrictEqual({ ...a, ...rest }, { ...b, ...rest })
  );
}

const isSame = (a: wire.ReplicaAssignmentInput | undefined, b: wire.ReplicaAssignmentInput | undefined): boolean =>
  a === b || isDeepStrictEqual(a, b);
