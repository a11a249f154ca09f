// Original file: protos/pareto/v1/fleet.proto


export interface TaskLoad {
  'task'?: (string);
  'requestsPerSecond'?: (number | string);
  'refusedPerSecond'?: (number | string);
  'violationsPerSecond'?: (number | string);
  'variantsReady'?: (string)[];
  'usdPerHour'?: (number | string);
  'p50Ms'?: (number | string);
  'p99Ms'?: (number | string);
  'attainment'?: (number | string);
  'itemsPerSecondByVariant'?: ({[key: string]: number | string});
  'failedPerSecond'?: (number | string);
  'held'?: (number);
  '_p50Ms'?: "p50Ms";
  '_p99Ms'?: "p99Ms";
  '_attainment'?: "attainment";
}

export interface TaskLoad__Output {
  'task': (string);
  'requestsPerSecond': (number);
  'refusedPerSecond': (number);
  'violationsPerSecond': (number);
  'variantsReady': (string)[];
  'usdPerHour': (number);
  'p50Ms'?: (number);
  'p99Ms'?: (number);
  'attainment'?: (number);
  'itemsPerSecondByVariant': ({[key: string]: number});
  'failedPerSecond': (number);
  'held': (number);
  '_p50Ms'?: "p50Ms";
  '_p99Ms'?: "p99Ms";
  '_attainment'?: "attainment";
}
