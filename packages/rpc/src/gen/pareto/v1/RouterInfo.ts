// Original file: protos/pareto/v1/fleet.proto


export interface RouterInfo {
  'routerId'?: (string) | undefined;
  'address'?: (string) | undefined;
}

export interface RouterInfo__Output {
  'routerId': (string);
  'address': (string);
}
