export { chunksTooSmall, isRemote, limitError, limitOf, receivedError } from './limits/limit-error.js';
export { type LimitName, describeLimit, limitDescriptions, limitText } from './limits/limit-table.js';
export { type Limits, defaultLimits } from './limits/limits.js';
export { cutDetails, cutTrailers, trailerText } from './limits/status-details.js';
export { encodedOnce, serializeOnce } from './messages/encode-once.js';
export { loadProtos } from './messages/load-protos.js';
export { type MessageShape } from './messages/message-shape.js';
export { type JsonObject, type JsonValue, replyToJson } from './messages/proto-json.js';
export { type MethodDefinition, serviceDefinition, shapeOfMessage } from './messages/protos.js';
export { RequestFields, type MessageReader } from './messages/request-fields.js';
export { decodeTypedContents, expectedBytes, hasTypedContents } from './oip/contents.js';
export {
  type ReplyLoad,
  type RoutedDecision,
  decisionKey,
  decisionVersion,
  decodeDecision,
  encodeDecision,
  formatLoad,
  internalPrefix,
  loadKey,
  lateKey,
  notExecutedKey,
  parseLoad,
  tokenKey,
} from './oip/decision.js';
export { parseDigits } from './oip/digits.js';
export { type DecodedInferResponse, decodeInferResponse } from './oip/decode-response.js';
export {
  type InferRequestMessage,
  type InferResponseMessage,
  type PiecewiseRequest,
  type PiecewiseTensor,
  type RawTensor,
  type RequestedOutput,
  encodeCommonParameters,
  encodeInferRequest,
  encodeInferResponse,
  encodePiecewiseRequest,
  encodeStreamAnswer,
  encodeStreamError,
} from './oip/encode-infer.js';
export {
  type ParameterInput,
  type ParameterKind,
  type ParameterValue,
  type ScannedParameters,
  noParameters,
  priorityOf,
} from './oip/parameters.js';
export { type ScannedTensor, type ScannedOutput, type ScannedRequest, scanInferRequest } from './oip/scan.js';
export { type Payload, joinSlices, payloadOf, sliceRange } from './payload.js';
export { type Complete } from './wire/complete.js';
export {
  inferCountsToWire,
  replicaReportFromWire,
  replicaReportToWire,
  replicaStateToWire,
  slotGroupToWire,
  workerInfoFromWire,
  workerInfoToWire,
} from './wire/fleet.js';
export {
  accuracyFromWire,
  accuracyToWire,
  checkObjective,
  metricFromWire,
  objectiveFromWire,
  objectiveToWire,
} from './wire/objective.js';
export {
  bucketFromWire,
  bucketToWire,
  observedFromWire,
  observedToWire,
  profileFromWire,
  profileToWire,
} from './wire/profile.js';
export {
  architectureFromWire,
  architectureToWire,
  labelsFromWire,
  manifestFromWire,
  measurementFromWire,
  measurementToWire,
  recipeOutcomeFromWire,
  recipeOutcomeToWire,
  signatureFromWire,
  taskFromWire,
  taskToWire,
  variantSpecFromWire,
  variantSpecToWire,
} from './wire/registry.js';
export type * as wire from './gen/messages.js';
export type { ServiceName, Services } from './messages/services.js';
