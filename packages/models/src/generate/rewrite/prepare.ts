// What every generator may rely on.

import type { OnnxModel } from '../../onnx/onnx.js';
import { inputsOf } from '../../inspection/inspect-dimensions.js';
import { withGraph } from '../../onnx/onnx-graph.js';

/** The first version of the format in which weights needn't be listed as inputs. */
const minIrVersion = 4;

/** The same model, none of its weights listed among its inputs: nobody gives them, and listed ones can't be folded or replaced. */
export const prepare = (model: OnnxModel): OnnxModel =>
  withGraph({ ...model, irVersion: Math.max(model.irVersion, minIrVersion) }, { input: inputsOf(model.graph) });
