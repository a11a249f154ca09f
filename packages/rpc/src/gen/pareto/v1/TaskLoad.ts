// Original file: protos/pareto/v1/fleet.proto


export interface TaskLoad {
  'task'?: (string);
  'requestsPerSecond'?: (number | string);
  'refusedPerSecond'?: (number | string);
  'violationsPerSecond'?: (number | string);
  'variantsReady'?: (string)[];
  'usdPerHour'?: (number | string);
}

export interface TaskLoad__Output {
  'task': (string);
  'requestsPerSecond': (number);
  'refusedPerSecond': (number);
  'violationsPerSecond': (number);
  'variantsReady': (string)[];
  'usdPerHour': (number);
}
