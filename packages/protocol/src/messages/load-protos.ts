// Reads the proto files. Slow, so a start does without it: import this module where its functions are called.

import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { conversion } from './protos.js';

const directory = fileURLToPath(new URL('../../../../protos', import.meta.url));

const files = [
  'grpc/health/v1/health.proto',
  'inference.proto',
  'pareto/v1/execution.proto',
  'pareto/v1/fleet.proto',
  'pareto/v1/inference.proto',
  'pareto/v1/registry.proto',
  'pareto/v1/routes.proto',
];

/**
 * Returns the definitions in the proto files. `keepCase` keeps field names as written. `oneofs` adds a field that names
 * the field of the oneof that is set.
 */
export function loadProtos(options: { readonly keepCase: boolean; readonly oneofs?: boolean }): PackageDefinition {
  return loadSync(files, { ...conversion, ...options, includeDirs: [directory] });
}
