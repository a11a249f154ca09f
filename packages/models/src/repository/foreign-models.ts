// Recognises models of other formats by their file names.

const formats: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\.(pt|pth|torchscript|pt2)$/i, 'a PyTorch model: export it with torch.onnx.export'],
  [/\.(plan|engine|trt)$/i, 'a TensorRT plan: register the ONNX model that it was built from'],
  [
    /(^|\/)(saved_model\.pb|model\.savedmodel|model\.graphdef)|\.(pb|h5|keras|tflite)$/i,
    'a TensorFlow model: convert it with tf2onnx',
  ],
  [/(^|\/)model\.py$|\.py$/i, 'a model in Python: Pareto runs ONNX models only'],
  [/\.(xml|bin)$/i, 'an OpenVINO model: register the ONNX model that it was converted from'],
  [/\.(gguf|safetensors)$/i, 'weights without a graph: export the model to ONNX'],
  [
    /\.(joblib|pkl|pickle|bst|ubj|cbm|lgb)$/i,
    'a model of classical machine learning: convert it with skl2onnx or onnxmltools',
  ],
  [/\.dali$/i, 'a DALI pipeline: run it in the client'],
];

/** Returns true for files that are never part of an ONNX model. */
export const isForeign = (path: string): boolean =>
  !/\.(bin|pb|py)$/i.test(path) && formats.some(([pattern]) => pattern.test(path));

/** Describes a model by its file names, with how to convert it. Undefined if no name is recognised. */
export function describeForeignModel(paths: readonly string[]): string | undefined {
  const found = formats.find(([pattern]) => paths.some((path) => pattern.test(path)));
  return found?.[1];
}
