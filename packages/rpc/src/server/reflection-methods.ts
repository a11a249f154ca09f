// The methods of server reflection, and the definitions that they return. Field names are as written in the proto files.
// Map entries have the names that protobuf's own compiler gives them: protobufjs uses other names, with which strict
// clients reject the file.

import type { handleBidiStreamingCall, Server, ServerDuplexStream } from '@grpc/grpc-js';
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { loadProtos, type MethodDefinition } from '@pareto/protocol';

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
export async function reflectedDefinition(): Promise<PackageDefinition> {
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
  const entries = Object.entries(await loadProtos({ keepCase: true }));
  return Object.fromEntries<AnyDefinition>(entries.map(([name, entry]) => [name, fixDefinition(entry)]));
}

/** Answers an encoded request of reflection. Throws an error if the request cannot be decoded. */
export type AnswerReflection = (request: Buffer) => Buffer;

type Handler = handleBidiStreamingCall<unknown, unknown>;

/** Returns the methods of reflection of these services, by their paths. */
export async function reflectionMethods(services: readonly string[]): Promise<ReadonlyMap<string, AnswerReflection>> {
  const methods = new Map<string, AnswerReflection>();
  const collector: Pick<Server, 'addService'> = {
    addService(service, handlers) {
      for (const [name, definition] of Object.entries(service)) {
        const handler = handlers[name];
        if (handler !== undefined) methods.set(definition.path, answerWith(definition, handler as Handler));
      }
    },
  };
  new ReflectionService(await reflectedDefinition(), { services: [...services] }).addToServer(collector);
  return methods;
}

/** Creates a function that answers a request with a handler, which answers each message of a call when it arrives. */
function answerWith(definition: MethodDefinition, handler: Handler): AnswerReflection {
  return (request) => {
    let reply: unknown;
    const call = {
      on(event: string, listener: (message: unknown) => void) {
        if (event === 'data') listener(definition.requestDeserialize(request));
      },
      write: (message: unknown) => (reply = message),
    };
    handler(call as unknown as ServerDuplexStream<unknown, unknown>);
    return definition.responseSerialize(reply as object);
  };
}
