// Reads the inputs of a query from the command line and from files.

import { readFile } from 'node:fs/promises';
import { isDataType, joinElements, ParetoError } from '@pareto/core';
import { readInput, type InputTensor } from './tensor-input.js';
import { literalInput, type InputSpec } from './literal.js';

/** Parses the inputs. Calls `metadata` at most once, and only if an input can't be parsed without it. */
export async function readInputs(
  texts: readonly string[],
  metadata: () => Promise<readonly InputSpec[]>,
): Promise<readonly InputTensor[]> {
  let known: Promise<readonly InputSpec[]> | undefined;
  return Promise.all(texts.map((text) => readOne(text, () => (known ??= metadata()))));
}

const arrayFile = /^[^=@]+=@.+\.np[yz](#\d+(-\d+)?)?$/;

async function readOne(text: string, specs: () => Promise<readonly InputSpec[]>): Promise<InputTensor> {
  if (arrayFile.test(text)) return readInput(text);
  const { spec, value } = chooseSpec(text, await specs());
  if (!value.startsWith('@')) return literalInput(spec, value);
  if (/\.np[yz](#\d+(-\d+)?)?$/.test(value)) return readInput(`${spec.name}=${value}`);
  return readElement(spec, value.slice(1));
}

/** Splits `name=value`. The name may be missing if the model has one input. */
function chooseSpec(text: string, specs: readonly InputSpec[]): { readonly spec: InputSpec; readonly value: string } {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const named = specs.find((spec) => spec.name === name);
  if (named !== undefined && value !== undefined) return { spec: named, value };
  const [only, ...others] = specs;
  if (only !== undefined && others.length === 0 && (name === undefined || only.datatype === 'BYTES'))
    return { spec: only, value: text };
  const inputs = specs.map((spec) => `${spec.name} ${spec.datatype}[${spec.shape.join(',')}]`).join(', ');
  throw new ParetoError(
    'invalid-argument',
    `input ${JSON.stringify(text.slice(0, 60))}: expected name=1,2,3, name=[[1,2],[3,4]], name=text or name=@file, where name is one of ${inputs}`,
  );
}

/** Reads a file that is not an array as one element of BYTES. */
async function readElement({ name, datatype }: InputSpec, path: string): Promise<InputTensor> {
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined) throw new ParetoError('invalid-argument', `input ${name}: there is no file ${path}`);
  if (datatype !== 'BYTES') {
    throw new ParetoError(
      'invalid-argument',
      `input ${name}: ${path} is not an .npy or .npz file, which an input of ${datatype} requires`,
    );
  }
  return { name, datatype, shape: [1, 1], contents: joinElements([content]) };
}

export function toInputSpec({
  name,
  datatype,
  shape,
}: {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}): InputSpec {
  if (isDataType(datatype)) return { name, datatype, shape };
  throw new ParetoError(
    'unimplemented',
    `input ${name} has the datatype ${datatype}, which this command does not support`,
  );
}
