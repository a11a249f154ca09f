// Rejects models with later versions of operator sets, or of the file format, than ONNX Runtime loads.

import type { OnnxModel } from '../onnx/onnx.js';

/** Latest version that ONNX Runtime loads of each operator set. A test compares them with the runtime. */
export const latestOpsets: ReadonlyMap<string, number> = new Map([
  ['ai.onnx', 26],
  ['ai.onnx.ml', 5],
  ['com.microsoft', 1],
]);

/** Latest version of the file format that ONNX Runtime loads. */
export const latestIrVersion = 13;

/**
 * Throws the error that `createError` returns if the model or one of its functions has a later version, also of an
 * operator set of which it uses no operator.
 */
export function checkVersions(model: OnnxModel, createError: (why: string) => Error): void {
  const { irVersion, opsetImport, functions } = model;
  if (irVersion > latestIrVersion)
    throw createError(
      `it has IR version ${irVersion}, but this ONNX Runtime loads ${latestIrVersion} at most: export it with an earlier version of ONNX`,
    );
  for (const { domain, version } of [opsetImport, ...functions.map((own) => own.opsetImport)].flat()) {
    const name = domain === '' ? 'ai.onnx' : domain;
    const latest = latestOpsets.get(name);
    if (latest === undefined || version <= latest) continue;
    throw createError(
      `it has opset ${version} of ${name}, but this ONNX Runtime loads opset ${latest} at most: export it with opset ${latest} or earlier`,
    );
  }
}
