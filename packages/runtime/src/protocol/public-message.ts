// Texts of ONNX Runtime for other machines.

import { hidePaths } from '@pareto/core';

/** A path of a C++ source file or of a library, of which only the name tells something. */
const ofRuntime = /(?<![^\s'"([:=])\/\S*\/(?=[\w.+-]+\.(?:cc|cpp|cuh?|h|node|so)\b)/g;

/** Returns the text of an error without the folders of ONNX Runtime and of the model's files. */
export const publicMessage = (text: string, folders: readonly string[]): string =>
  hidePaths(text, folders).replace(ofRuntime, '');
