// Prepares a model so that every generator can rely on its form.

import type { OnnxModel } from '../onnx/onnx.js';
import { inputsOf, withGraph } from '../onnx/onnx-graph.js';

/** First IR version in which weights need not be listed as inputs. */
const minIrVersion = 4;

/**
 * Returns the model without weights among its inputs: listed weights can be overridden, so that they can't be folded or
 * replaced.
 */
export const prepare = (model: OnnxModel): OnnxModel =>
  withGraph({ ...model, irVersion: Math.max(model.irVersion, minIrVersion) }, { input: inputsOf(model.graph) });
