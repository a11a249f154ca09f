// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelDynamicBatching {
  'preferredBatchSize'?: readonly (number)[] | undefined;
  'maxQueueDelayMicroseconds'?: (number | string | Long) | undefined;
  'preserveOrdering'?: (boolean) | undefined;
  'priorityLevels'?: (number | string | Long) | undefined;
  'defaultPriorityLevel'?: (number | string | Long) | undefined;
}

export interface ModelDynamicBatching__Output {
  'preferredBatchSize': (number)[];
  'maxQueueDelayMicroseconds': (number);
  'preserveOrdering': (boolean);
  'priorityLevels': (number);
  'defaultPriorityLevel': (number);
}
