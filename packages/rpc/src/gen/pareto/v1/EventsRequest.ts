// Original file: protos/pareto/v1/fleet.proto


export interface EventsRequest {
  'follow'?: (boolean);
  'name'?: (string);
}

export interface EventsRequest__Output {
  'follow': (boolean);
  'name': (string);
}
