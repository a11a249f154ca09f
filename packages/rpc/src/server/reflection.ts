// Server reflection. Field names are as written in the proto files. Map entries have the names that protobuf's own
// compiler gives them: protobufjs uses other names, with which strict clients reject the file.

import type { handleBidiStreamingCall, Server, ServiceDefinition } from '@grpc/grpc-js';
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { ParetoError } from '@pareto/core';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { loadProtos } from '../calls/protos.js';

interface FieldDescriptor {
  readonly name: string;
  typeName?: string;
}

interface MessageDescriptor {
  name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly (MessageDescriptor & { readonly options?: { readonly mapEntry?: boolean } })[];
}

interface FileDescriptor {
  readonly messageType: readonly MessageDescriptor[];
}

const entryName = (field: string): string =>
  `${field.replace(/(^|_)([a-z0-9])/g, (_match, _underscore, letter: string) => letter.toUpperCase())}Entry`;

function renameMapEntries(message: MessageDescriptor): void {
  for (const nested of message.nestedType) {
    renameMapEntries(nested);
    if (nested.options?.mapEntry !== true) continue;
    const field = message.field.find(({ typeName }) => typeName === nested.name);
    if (field === undefined) continue;
    nested.name = entryName(field.name);
    field.typeName = nested.name;
  }
}

function fixMapEntries(encoded: Buffer): Buffer {
  const file = descriptor.FileDescriptorProto.decode(encoded);
  for (const message of (file as unknown as FileDescriptor).messageType) renameMapEntries(message);
  return descriptor.FileDescriptorProto.encode(file).finish() as Buffer;
}

/** Returns the definitions for the reflection service. */
export function reflectedDefinition(): PackageDefinition {
  const fixed = new Map<Buffer, Buffer>();
  const fixOnce = (encoded: Buffer): Buffer => {
    const known = fixed.get(encoded) ?? fixMapEntries(encoded);
    fixed.set(encoded, known);
    return known;
  };
  const fixDefinition = (entry: AnyDefinition): AnyDefinition => {
    const { fileDescriptorProtos: encoded } = entry;
    return Array.isArray(encoded) ? Object.assign({}, entry, { fileDescriptorProtos: encoded.map(fixOnce) }) : entry;
  };
  const entries = Object.entries(loadProtos({ keepCase: true }));
  return Object.fromEntries<AnyDefinition>(entries.map(([name, entry]) => [name, fixDefinition(entry)]));
}

const methodName = 'ServerReflectionInfo';
export const reflectionPaths: readonly string[] = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/${methodName}`,
);

type Definition = ServiceDefinition[string];
type Handler = handleBidiStreamingCall<unknown, unknown>;

interface Method {
  readonly definition: Definition;
  readonly handler: Handler;
}

/**
 * Adds reflection of these services. Loads the definitions at the first call, since that takes longer than the rest of
 * a start.
 */
export function addReflection(server: Server, services: readonly string[]): void {
  let loaded: ReadonlyMap<string, Method> | undefined;
  for (const path of reflectionPaths) {
    const method = (): Method => {
      loaded ??= loadMethods(services);
      const found = loaded.get(path);
      if (found === undefined) throw new ParetoError('internal', `reflection has no method ${path}`);
      return found;
    };
    const definition: Definition = {
      ...{ path, requestStream: true, responseStream: true },
      requestSerialize: (value: unknown) => method().definition.requestSerialize(value),
      requestDeserialize: (bytes: Buffer): unknown => method().definition.requestDeserialize(bytes),
      responseSerialize: (value: unknown) => method().definition.responseSerialize(value),
      responseDeserialize: (bytes: Buffer): unknown => method().definition.responseDeserialize(bytes),
    };
    const handler: Handler = (call) => method().handler(call);
    server.addService({ [methodName]: definition }, { [methodName]: handler });
  }
}

function loadMethods(services: readonly string[]): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>();
  const collector: Pick<Server, 'addService'> = {
    addService(service, handlers) {
      const [definition, handler] = [service[methodName], handlers[methodName]];
      if (definition === undefined || handler === undefined) return;
      methods.set(definition.path, { definition, handler: handler as Handler });
    },
  };
  new ReflectionService(reflectedDefinition(), { services: [...services] }).addToServer(collector);
  return methods;
}
