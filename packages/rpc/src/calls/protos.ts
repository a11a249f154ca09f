// Loads the project's proto files, with the options that the generated types assume.

import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { messageShape, type MessageShape } from './message-shape.js';

const directory = fileURLToPath(new URL('../../../../protos', import.meta.url));

const files = [
  'inference.proto',
  'pareto/v1/execution.proto',
  'pareto/v1/fleet.proto',
  'pareto/v1/inference.proto',
  'pareto/v1/registry.proto',
  'pareto/v1/routes.proto',
];

/**
 * Reads the proto files and that of the health service. `keepCase` keeps field names as written. `oneofs` adds a field
 * that names the field of the oneof that is set.
 */
export function loadProtos(options: { readonly keepCase: boolean; readonly oneofs?: boolean }): PackageDefinition {
  return loadSync([...files, healthProto], {
    oneofs: true,
    ...options,
    includeDirs: [directory],
    longs: Number,
    enums: String,
    defaults: true,
  });
}

const packageDefinition = loadProtos({ keepCase: false });

export type MethodDefinition = ServiceDefinition[string];

/** Returns the shape of the requests of a method. Both are in the same package. */
export function shapeOfMessage({ path, requestType }: MethodDefinition): MessageShape {
  const packageName = path.slice(1, path.lastIndexOf('.'));
  return messageShape(packageName, (requestType.type as { readonly name: string }).name, packageDefinition);
}

/** Returns the definition of a service by its full name. */
export function serviceDefinition(name: string): ServiceDefinition {
  const definition = packageDefinition[name];
  if (definition === undefined || 'format' in definition) {
    throw new ParetoError('internal', `the proto files do not define the service ${name}`);
  }
  return definition;
}
