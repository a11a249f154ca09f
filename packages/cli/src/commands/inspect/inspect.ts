// `pareto inspect`: shows the inputs, outputs, contents and computation of a model file.

import { stat } from 'node:fs/promises';
import type { InspectedModel, InspectedValue } from '@pareto/models';
import { cutText, formatBytes, ParetoError, type TensorSpec } from '@pareto/core';
import type { Command } from 'commander';
import { formatTable, wrap } from '@pareto/report';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatCount } from '../../terminal/format.js';

export function addInspect(program: Command, context: Context): void {
  program
    .command('inspect')
    .summary('show the contents of a model file')
    .description(
      "Shows the inputs, outputs, operators, size and computation of an .onnx file, or the reason why it can't be served. Needs no cluster.",
    )
    .argument('<file>', 'an .onnx file')
    .addHelpText('after', '\nExample:\n  pareto inspect examples/digits/models/cnn-large.onnx')
    .action(async (file: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() !== true) throw new ParetoError('invalid-argument', `there is no file ${file}`);
      const { foreignModel, inspectModel } = await import('@pareto/models');
      const foreign = foreignModel(file);
      if (foreign !== undefined) throw new ParetoError('invalid-argument', `can't inspect ${file}: ${foreign.reason}`);
      const model = await inspectModel(file);
      printResult(context, options, model, () => formatModel(model, found.size, widthOf(context, options)));
    });
}

/** Formats a model. `sizeBytes` is the size of the graph's file. */
function formatModel(model: InspectedModel, sizeBytes: number, columns: number): string {
  const { signature, inputs, outputs, labels, irVersion, operators, parameters, weightBytes, externalFiles } = model;
  const nodes = operators.reduce((sum, { count }) => sum + count, 0);
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['batch', describeBatch(model)],
    ['opset', describeOpsets(model)],
    ['format', `ONNX IR ${irVersion}`],
    ['file', formatBytes(sizeBytes)],
    ['weights', `${formatCount(parameters)} parameters, ${formatBytes(weightBytes)}`],
    ...Object.entries(labels).map(([output, keys]) => ['labels', describeLabels(output, keys)] as const),
    ...(externalFiles.length === 0 ? [] : [['data files', externalFiles.join(', ')] as const]),
    ['work', model.macsPerItem === undefined ? 'unknown: the shapes do not determine it' : workOf(model.macsPerItem)],
    ['operators', `${nodes}: ${operators.map(({ name, count }) => `${count}×${name}`).join(', ')}`],
  ];
  return [
    formatTable(
      tensorColumns,
      [...tensors('input', signature.inputs, inputs), ...tensors('output', signature.outputs, outputs)],
      { width: columns },
    ),
    facts.map(([name, value]) => wrap(`${name.padEnd(nameWidth)}${value}`, columns).join('\n')).join('\n'),
  ].join('\n\n');
}

const nameWidth = 11;

const workOf = (macs: number): string => `about ${formatCount(macs)} multiply-accumulates per item`;

function describeBatch({ signature, fixedBatch, inputs }: InspectedModel): string {
  if (signature.batched) return 'dynamic: one batch has several items';
  if (fixedBatch === undefined) return 'none: one item at a time';
  if (typeof inputs[0]?.dims[0] === 'string') return 'perhaps dynamic, without one name: registration verifies it';
  return `fixed at ${fixedBatch}: registration tries to make it dynamic`;
}

function describeOpsets({ opsets, outdatedOpset }: InspectedModel): string {
  const all = opsets.map(({ domain, version }) => `${domain === '' ? '' : `${domain} `}${version}`).join(', ');
  return outdatedOpset === undefined ? all : `${all}: registration upgrades it, because ONNX Runtime no longer runs it`;
}

const describeLabels = (output: string, keys: readonly string[]): string =>
  `${output}: ${cutText(keys.join(', '))}; registration replaces its maps by a tensor`;

interface Row {
  readonly role: string;
  readonly name: string;
  readonly datatype: string;
  readonly dims: string;
}

const tensors = (role: string, specs: readonly TensorSpec[], values: readonly InspectedValue[]): readonly Row[] =>
  specs.map(({ name, datatype }, i) => ({ role, name, datatype, dims: values[i]?.dims.join(' × ') ?? '' }));

const tensorColumns = [
  { title: 'TENSOR', cell: ({ role }: Row): string => role },
  { title: 'NAME', cell: ({ name }: Row): string => name },
  { title: 'TYPE', cell: ({ datatype }: Row): string => datatype },
  { title: 'DIMENSIONS', cell: ({ dims }: Row): string => dims },
];
