export { connect, type RequestOptions, type ConnectOptions, type Pareto } from './pareto.js';
export { tensor, type ElementArrays, type Tensor, type TensorOf } from './tensor.js';
export { type Query, type QueryObjective } from './query.js';
export { type Answer } from './answer.js';
export { type StreamedAnswer } from './stream.js';
export { ParetoError, valueAt, type Accuracy, type DataType, type ErrorCode } from '@pareto/core';
