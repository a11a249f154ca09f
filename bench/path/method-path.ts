export const methodPath = '/inference.GRPCInferenceService/ModelInfer';
