// Original file: protos/pareto/v1/routes.proto

import type { TableRow as _pareto_v1_TableRow, TableRow__Output as _pareto_v1_TableRow__Output } from '../../pareto/v1/TableRow.js';
import type { Long } from '@grpc/proto-loader';

export interface TableMessage {
  'epoch'?: (string) | undefined;
  'revision'?: (number | string | Long) | undefined;
  'snapshot'?: (boolean) | undefined;
  'rows'?: readonly (_pareto_v1_TableRow)[] | undefined;
  'removed'?: readonly (string)[] | undefined;
  'heartbeat'?: (boolean) | undefined;
  'storeAgeMs'?: (number | string | Long) | undefined;
}

export interface TableMessage__Output {
  'epoch': (string);
  'revision': (number);
  'snapshot': (boolean);
  'rows': (_pareto_v1_TableRow__Output)[];
  'removed': (string)[];
  'heartbeat': (boolean);
  'storeAgeMs': (number);
}
