// Original file: protos/pareto/v1/fleet.proto


export interface PlacementReason {
  'source'?: (string) | undefined;
  'reason'?: (string) | undefined;
}

export interface PlacementReason__Output {
  'source': (string);
  'reason': (string);
}
