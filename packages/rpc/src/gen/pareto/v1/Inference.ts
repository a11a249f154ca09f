// Original file: protos/pareto/v1/inference.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExplainRequest as _pareto_v1_ExplainRequest, ExplainRequest__Output as _pareto_v1_ExplainRequest__Output } from '../../pareto/v1/ExplainRequest.js';
import type { ExplainResponse as _pareto_v1_ExplainResponse, ExplainResponse__Output as _pareto_v1_ExplainResponse__Output } from '../../pareto/v1/ExplainResponse.js';
import type { InferRequest as _pareto_v1_InferRequest, InferRequest__Output as _pareto_v1_InferRequest__Output } from '../../pareto/v1/InferRequest.js';
import type { InferResponse as _pareto_v1_InferResponse, InferResponse__Output as _pareto_v1_InferResponse__Output } from '../../pareto/v1/InferResponse.js';
import type { WhatIfRequest as _pareto_v1_WhatIfRequest, WhatIfRequest__Output as _pareto_v1_WhatIfRequest__Output } from '../../pareto/v1/WhatIfRequest.js';
import type { WhatIfResponse as _pareto_v1_WhatIfResponse, WhatIfResponse__Output as _pareto_v1_WhatIfResponse__Output } from '../../pareto/v1/WhatIfResponse.js';

export interface InferenceClient extends grpc.Client {
  Explain(argument: _pareto_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _pareto_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _pareto_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _pareto_v1_ExplainRequest, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _pareto_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _pareto_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _pareto_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _pareto_v1_ExplainRequest, callback: grpc.requestCallback<_pareto_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  
  Infer(argument: _pareto_v1_InferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  Infer(argument: _pareto_v1_InferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  Infer(argument: _pareto_v1_InferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  Infer(argument: _pareto_v1_InferRequest, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  infer(argument: _pareto_v1_InferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  infer(argument: _pareto_v1_InferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  infer(argument: _pareto_v1_InferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  infer(argument: _pareto_v1_InferRequest, callback: grpc.requestCallback<_pareto_v1_InferResponse__Output>): grpc.ClientUnaryCall;
  
  WhatIf(argument: _pareto_v1_WhatIfRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  WhatIf(argument: _pareto_v1_WhatIfRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  WhatIf(argument: _pareto_v1_WhatIfRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  WhatIf(argument: _pareto_v1_WhatIfRequest, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  whatIf(argument: _pareto_v1_WhatIfRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  whatIf(argument: _pareto_v1_WhatIfRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  whatIf(argument: _pareto_v1_WhatIfRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  whatIf(argument: _pareto_v1_WhatIfRequest, callback: grpc.requestCallback<_pareto_v1_WhatIfResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface InferenceHandlers extends grpc.UntypedServiceImplementation {
  Explain: grpc.handleUnaryCall<_pareto_v1_ExplainRequest__Output, _pareto_v1_ExplainResponse>;
  
  Infer: grpc.handleUnaryCall<_pareto_v1_InferRequest__Output, _pareto_v1_InferResponse>;
  
  WhatIf: grpc.handleUnaryCall<_pareto_v1_WhatIfRequest__Output, _pareto_v1_WhatIfResponse>;
  
}

export interface InferenceDefinition extends grpc.ServiceDefinition {
  Explain: MethodDefinition<_pareto_v1_ExplainRequest, _pareto_v1_ExplainResponse, _pareto_v1_ExplainRequest__Output, _pareto_v1_ExplainResponse__Output>
  Infer: MethodDefinition<_pareto_v1_InferRequest, _pareto_v1_InferResponse, _pareto_v1_InferRequest__Output, _pareto_v1_InferResponse__Output>
  WhatIf: MethodDefinition<_pareto_v1_WhatIfRequest, _pareto_v1_WhatIfResponse, _pareto_v1_WhatIfRequest__Output, _pareto_v1_WhatIfResponse__Output>
}
