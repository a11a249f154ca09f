// Original file: protos/pareto/v1/fleet.proto


export interface EventsRequest {
  'follow'?: (boolean) | undefined;
  'name'?: (string) | undefined;
}

export interface EventsRequest__Output {
  'follow': (boolean);
  'name': (string);
}
