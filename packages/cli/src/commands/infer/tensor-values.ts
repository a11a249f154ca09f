// Decodes and formats the values of tensors.

import { isDataType } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import type { wire } from '@pareto/protocol';

type Contents = Pick<wire.Tensor, 'datatype' | 'shape' | 'contents'>;

/** Decodes the numbers of a tensor. Undefined for BYTES, BF16 and unknown datatypes. */
export function readNumbers({ datatype, shape, contents }: Contents): readonly number[] | undefined {
  if (!isDataType(datatype) || datatype === 'BYTES' || datatype === 'BF16') return undefined;
  return Array.from(toNumbers({ datatype, dims: shape, data: contents }));
}

/** Decodes the elements of a BYTES tensor. Undefined for other datatypes, and if an element is not UTF-8. */
export function readTexts({ datatype, contents }: Contents): readonly string[] | undefined {
  if (datatype !== 'BYTES') return undefined;
  const texts: string[] = [];
  for (let at = 0; at + 4 <= contents.length;) {
    const end = at + 4 + contents.readUInt32LE(at);
    texts.push(contents.toString('utf8', at + 4, end));
    at = end;
  }
  return texts.some((text) => text.includes('\ufffd')) ? undefined : texts;
}

/** Returns the index of the largest value of each row. `rowLength` is the last dimension. */
export function argmaxRows(values: readonly number[], rowLength: number): readonly number[] {
  return Array.from({ length: values.length / rowLength }, (_, row) => {
    const slice = values.slice(row * rowLength, (row + 1) * rowLength);
    return slice.indexOf(Math.max(...slice));
  });
}

const shownValues = 10;
const shownRows = 8;

/** Formats name, datatype and shape, then the first rows, each with the index of its largest value. */
export function formatTensor(tensor: wire.Tensor): string {
  const { name, datatype, shape, contents } = tensor;
  const head = `${name} ${datatype}[${shape.join(',')}]`;
  const texts = readTexts(tensor);
  if (texts !== undefined) return formatTexts(head, texts, shape.at(-1) ?? 1);
  const values = readNumbers(tensor);
  if (values === undefined) return `${head} ${contents.length} bytes`;
  const rowLength = shape.at(-1) ?? 1;
  const argmax = argmaxRows(values, rowLength);
  const rows = argmax.slice(0, shownRows).map((index, row) => {
    const shown = values.slice(row * rowLength, row * rowLength + Math.min(rowLength, shownValues));
    const text = shown.map((value) => (Number.isInteger(value) ? value : value.toFixed(3))).join(' ');
    return `  [${text}${rowLength > shownValues ? ' …' : ''}] largest at ${index}`;
  });
  return [head, ...rows, ...(argmax.length > shownRows ? [`  … ${argmax.length - shownRows} more rows`] : [])].join(
    '\n',
  );
}

/** A class, as the classification extension returns it: `score:index:label`, the best first. */
const classText = /^(-?[\d.eE+-]+|NaN):(\d+)(?::(.*))?$/s;

function formatTexts(head: string, texts: readonly string[], rowLength: number): string {
  const areClasses = texts.length > 0 && texts.every((text) => classText.test(text));
  const lines = texts.map((text, i) => {
    const [, score = '', index = '', label = ''] = (areClasses ? classText.exec(text) : undefined) ?? [];
    const row = texts.length > rowLength && i % rowLength === 0 && i > 0 ? '\n' : '';
    return areClasses
      ? `${row}  ${label === '' ? `class ${index}` : `${label} (class ${index})`}  ${score}`
      : `  ${JSON.stringify(text)}`;
  });
  const shown = lines.slice(0, shownTexts);
  return [head, ...shown, ...(lines.length > shown.length ? [`  … ${lines.length - shown.length} more`] : [])].join(
    '\n',
  );
}

const shownTexts = 40;
