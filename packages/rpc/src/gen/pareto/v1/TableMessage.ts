// Original file: protos/pareto/v1/routes.proto

import type { TableRow as _pareto_v1_TableRow, TableRow__Output as _pareto_v1_TableRow__Output } from '../../pareto/v1/TableRow.js';
import type { Long } from '@grpc/proto-loader';

export interface TableMessage {
  'epoch'?: (string);
  'revision'?: (number | string | Long);
  'snapshot'?: (boolean);
  'rows'?: (_pareto_v1_TableRow)[];
  'removed'?: (string)[];
  'heartbeat'?: (boolean);
  'storeAgeMs'?: (number | string | Long);
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
