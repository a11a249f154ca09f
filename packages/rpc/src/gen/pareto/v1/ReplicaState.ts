// Original file: protos/pareto/v1/fleet.proto

export const ReplicaState = {
  REPLICA_STATE_UNSPECIFIED: 'REPLICA_STATE_UNSPECIFIED',
  LOADING: 'LOADING',
  WARMING: 'WARMING',
  READY: 'READY',
  DRAINING: 'DRAINING',
  FAILED: 'FAILED',
} as const;

export type ReplicaState =
  | 'REPLICA_STATE_UNSPECIFIED'
  | 0
  | 'LOADING'
  | 1
  | 'WARMING'
  | 2
  | 'READY'
  | 3
  | 'DRAINING'
  | 4
  | 'FAILED'
  | 5

export type ReplicaState__Output = typeof ReplicaState[keyof typeof ReplicaState]
