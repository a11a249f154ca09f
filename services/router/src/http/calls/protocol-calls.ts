// The protocol's gRPC handlers as what stands behind HTTP calls: the same guard in front, replies as JSON.

import { ParetoError } from '@pareto/core';
import {
  replyToJson,
  type Guard,
  type JsonObject,
  type RawUnary,
  type ServerCall,
  type ServiceHandlers,
} from '@pareto/rpc';

const service = 'inference.GRPCInferenceService';

export type ProtocolHandlers = ServiceHandlers<typeof service>;

type UnaryName = Exclude<keyof ProtocolHandlers, 'modelInfer' | 'modelStreamInfer'>;
type RequestOf<M extends UnaryName> = Parameters<Exclude<ProtocolHandlers[M], RawUnary | undefined>>[0];

export interface ProtocolCalls {
  /** The reply with the proto's field names. Throws `unimplemented` where there is no handler. */
  call<M extends UnaryName>(method: M, request: RequestOf<M>, call: ServerCall): Promise<JsonObject>;
  /** Throws when a caller may not infer: before a body of any size is read for it. */
  checkInfer(call: ServerCall): void;
  /** An encoded ModelInferRequest for an encoded ModelInferResponse, of a call that was checked. */
  infer(body: Buffer, call: ServerCall): Promise<Buffer>;
}

const protoName = (method: string): string => method.charAt(0).toUpperCase() + method.slice(1);

export function createProtocolCalls(handlers: ProtocolHandlers, guard: Guard): ProtocolCalls {
  const checks = new Map(
    Object.keys(handlers).map((method) => [method, guard(`/${service}/${protoName(method)}`)] as const),
  );
  return {
    async call(method, request, call) {
      const handler = handlers[method] as ((request: object, call: ServerCall) => Promise<object>) | undefined;
      if (typeof handler !== 'function') throw notOffered(method);
      checks.get(method)?.(call);
      return replyToJson(service, protoName(method), await handler(request, call));
    },
    checkInfer: (call) => checks.get('modelInfer')?.(call),
    async infer(body, call) {
      const { modelInfer: handler } = handlers;
      if (handler === undefined || !('raw' in handler)) throw notOffered('modelInfer');
      return handler.raw(body, call);
    },
  };
}

const notOffered = (method: string): ParetoError =>
  new ParetoError('unimplemented', `${protoName(method)} is not offered by this server`);
