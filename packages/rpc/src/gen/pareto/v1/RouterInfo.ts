// Original file: protos/pareto/v1/fleet.proto


export interface RouterInfo {
  'routerId'?: (string);
  'address'?: (string);
}

export interface RouterInfo__Output {
  'routerId': (string);
  'address': (string);
}
