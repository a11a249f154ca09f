// Calls the protocol's gRPC handlers for HTTP requests, with the same guard, and converts responses to JSON.

import { ParetoError } from '@pareto/core';
import { replyToJson, type JsonObject, type Payload } from '@pareto/protocol';
import { type Guard, type RawUnary, type ServerCall, type ServiceHandlers } from '@pareto/rpc';

const service = 'inference.GRPCInferenceService';

export type ProtocolHandlers = ServiceHandlers<typeof service>;

export type MethodName = keyof ProtocolHandlers;
type UnaryName = Exclude<keyof ProtocolHandlers, 'modelInfer' | 'modelStreamInfer'>;
type RequestOf<M extends UnaryName> = Parameters<Exclude<ProtocolHandlers[M], RawUnary | undefined>>[0];

export interface ProtocolCalls {
  /** Returns the response with the proto's field names. Throws `unimplemented` if there is no handler. */
  call<M extends UnaryName>(method: M, request: RequestOf<M>, call: ServerCall): Promise<JsonObject>;
  /** Throws if the caller may not call the method, or there is no handler. Called before a body is read. */
  check(method: MethodName, call: ServerCall): void;
  /** Runs an encoded ModelInferRequest and returns the encoded response. */
  infer(payload: Payload, call: ServerCall): Promise<Payload>;
}

const protoName = (method: string): string => method.charAt(0).toUpperCase() + method.slice(1);

export function createProtocolCalls(handlers: ProtocolHandlers, guard: Guard): ProtocolCalls {
  const checks = new Map(
    Object.keys(handlers).map((method) => [method, guard(`/${service}/${protoName(method)}`)] as const),
  );
  const check = (method: MethodName, call: ServerCall): void => {
    if (handlers[method] === undefined) throw notSupported(method);
    checks.get(method)?.(call);
  };
  return {
    check,
    async call(method, request, call) {
      const handler = handlers[method] as ((request: object, call: ServerCall) => Promise<object>) | undefined;
      if (handler === undefined) throw notSupported(method);
      checks.get(method)?.(call);
      return replyToJson(service, protoName(method), await handler(request, call));
    },
    async infer(payload, call) {
      check('modelInfer', call);
      const { modelInfer: handler } = handlers;
      if (handler === undefined || !('raw' in handler)) throw notSupported('modelInfer');
      return new Promise((succeed, fail) => handler.raw(payload, call, { succeed, fail }));
    },
  };
}

const notSupported = (method: string): ParetoError =>
  new ParetoError('unimplemented', `${protoName(method)} is not supported by this server`);
