// Definitions of the services, with the options that the generated types assume.

import type { MethodDefinition as Method } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { ParetoError } from '@pareto/core';
import { protos } from '../gen/protos.js';
import { messageShape, type MessageShape } from './message-shape.js';

/** Options of the conversion of messages to objects. */
export const conversion: Readonly<protobuf.IConversionOptions> = {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
};

const root = protobuf.Root.fromJSON(protos);

export type MethodDefinition = Method<object, object>;

function serviceOf(name: string): protobuf.Service {
  const found = root.lookup(name, [protobuf.Service]);
  if (found instanceof protobuf.Service) return found;
  throw new ParetoError('internal', `the proto files do not define the service ${name}`);
}

/** Returns the shape of the requests of a method. */
export function shapeOfMessage({ path }: Pick<MethodDefinition, 'path'>): MessageShape {
  const [, service = '', method = ''] = path.split('/');
  return messageShape(typesOf(serviceOf(service).methods[method], path).request);
}

type Definition = Readonly<Record<string, MethodDefinition>>;
const definitions = new Map<string, Definition>();

/** Returns the definition of a service by its full name. */
export function serviceDefinition(name: string): Definition {
  const known = definitions.get(name);
  if (known !== undefined) return known;
  const methods = serviceOf(name).methodsArray.map((method) => [method.name, methodDefinition(name, method)] as const);
  const created = Object.fromEntries(methods);
  definitions.set(name, created);
  return created;
}

function methodDefinition(service: string, method: protobuf.Method): MethodDefinition {
  const path = `/${service}/${method.name}`;
  const { request, response } = typesOf(method, path);
  return {
    path,
    originalName: `${method.name.charAt(0).toLowerCase()}${method.name.slice(1)}`,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    ...{ requestSerialize: serializer(request), requestDeserialize: deserializer(request) },
    ...{ responseSerialize: serializer(response), responseDeserialize: deserializer(response) },
  };
}

function typesOf(method: protobuf.Method | undefined, path: string): Record<'request' | 'response', protobuf.Type> {
  method?.resolve();
  const [request, response] = [method?.resolvedRequestType, method?.resolvedResponseType];
  if (!request || !response) throw new ParetoError('internal', `the proto files do not define ${path}`);
  return { request, response };
}

const serializer =
  (type: protobuf.Type) =>
  (message: object): Buffer =>
    type.encode(type.fromObject(message)).finish() as Buffer;

const deserializer =
  (type: protobuf.Type) =>
  (bytes: Buffer): object =>
    type.toObject(type.decode(bytes), conversion);
