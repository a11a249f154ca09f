// Reads the proto files, with a parser that is loaded at its first use, because it takes a tenth of a command's start.

import type { load, PackageDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { conversion } from './protos.js';

interface Loader {
  readonly load: typeof load;
}

const directory = fileURLToPath(new URL('../../../../protos', import.meta.url));

const files = [
  'grpc/health/v1/health.proto',
  'inference.proto',
  'pareto/v1/execution.proto',
  'pareto/v1/fleet.proto',
  'pareto/v1/plans.proto',
  'pareto/v1/inference.proto',
  'pareto/v1/registry.proto',
  'pareto/v1/routes.proto',
];

/**
 * Returns the definitions in the proto files. `keepCase` keeps field names as written. `oneofs` adds a field that names
 * the field of the oneof that is set.
 */
export async function loadProtos(options: {
  readonly keepCase: boolean;
  readonly oneofs?: boolean;
}): Promise<PackageDefinition> {
  // A bundle has the exports of a CommonJS module as the default, and a program that is compiled to CommonJS has no default.
  const loader: Loader & { readonly default?: Loader } = await import('@grpc/proto-loader');
  return (loader.default ?? loader).load(files, { ...conversion, ...options, includeDirs: [directory] });
}
