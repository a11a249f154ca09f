// Original file: protos/pareto/v1/fleet.proto


export interface TaskLoad {
  'task'?: (string) | undefined;
  'requestsPerSecond'?: (number | string) | undefined;
  'refusedPerSecond'?: (number | string) | undefined;
  'violationsPerSecond'?: (number | string) | undefined;
  'variantsReady'?: readonly (string)[] | undefined;
  'usdPerHour'?: (number | string) | undefined;
  'p50Ms'?: (number | string) | undefined;
  'p99Ms'?: (number | string) | undefined;
  'attainment'?: (number | string) | undefined;
  'itemsPerSecondByVariant'?: ({readonly [key: string]: number | string}) | undefined;
  'failedPerSecond'?: (number | string) | undefined;
  'held'?: (number) | undefined;
  'infeasibleShare'?: (number | string) | undefined;
  '_p50Ms'?: "p50Ms" | undefined;
  '_p99Ms'?: "p99Ms" | undefined;
  '_attainment'?: "attainment" | undefined;
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
  'infeasibleShare': (number);
  '_p50Ms'?: "p50Ms";
  '_p99Ms'?: "p99Ms";
  '_attainment'?: "attainment";
}
