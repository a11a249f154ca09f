// Original file: protos/pareto/v1/fleet.proto


export interface OverviewRequest {
  'acceptFollower'?: (boolean) | undefined;
}

export interface OverviewRequest__Output {
  'acceptFollower': (boolean);
}
