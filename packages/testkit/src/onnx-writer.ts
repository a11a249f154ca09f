// A writer of small ONNX models for tests, with only the fields of onnx.proto that they need.

import protobuf from 'protobufjs';

type Message = protobuf.Writer;
const message = (): Message => protobuf.Writer.create();
const text = (to: Message, field: number, value: string): Message => to.uint32((field << 3) | 2).string(value);
const bytes = (to: Message, field: number, value: Uint8Array): Message => to.uint32((field << 3) | 2).bytes(value);
const int = (to: Message, field: number, value: number): Message => to.uint32(field << 3).int64(value);
const embed = (to: Message, field: number, part: Message): Message => bytes(to, field, part.finish());

export const onnxType = { float: 1, int64: 7, string: 8, bool: 9 } as const;
export type Dim = number | string;

export interface Value {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly Dim[];
}

export interface Attribute {
  readonly name: string;
  readonly int?: number;
  readonly ints?: readonly number[];
  readonly text?: string;
  readonly tensor?: Initializer;
  readonly graph?: Graph;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Attribute[];
}

export interface Initializer {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array;
  /** Path of the external data file. Undefined if the data is in the model. */
  readonly file?: string;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers?: readonly Initializer[];
}

function writeValue({ name, type, dims }: Value): Message {
  const shape = message();
  for (const dim of dims) embed(shape, 1, typeof dim === 'number' ? int(message(), 1, dim) : text(message(), 2, dim));
  const tensor = embed(int(message(), 1, type), 2, shape);
  return embed(text(message(), 1, name), 2, embed(message(), 1, tensor));
}

function writeTensor({ name, type, dims, raw, file }: Initializer): Message {
  const to = message();
  for (const dim of dims) int(to, 1, dim);
  text(int(to, 2, type), 8, name);
  if (file === undefined) return bytes(to, 9, raw);
  return int(embed(to, 13, text(text(message(), 1, 'location'), 2, file)), 14, 1);
}

function writeAttribute(attribute: Attribute): Message {
  const to = text(message(), 1, attribute.name);
  if (attribute.int !== undefined) return int(int(to, 3, attribute.int), 20, 2);
  if (attribute.text !== undefined) return int(text(to, 4, attribute.text), 20, 3);
  if (attribute.tensor !== undefined) return int(embed(to, 5, writeTensor(attribute.tensor)), 20, 4);
  if (attribute.graph !== undefined) return int(embed(to, 6, writeGraph(attribute.graph)), 20, 5);
  for (const value of attribute.ints ?? []) int(to, 8, value);
  return int(to, 20, 7);
}

function writeNode({ op, inputs, outputs, attributes }: Node): Message {
  const to = message();
  for (const name of inputs) text(to, 1, name);
  for (const name of outputs) text(to, 2, name);
  text(to, 4, op);
  for (const attribute of attributes ?? []) embed(to, 5, writeAttribute(attribute));
  return to;
}

function writeGraph(graph: Graph): Message {
  const to = message();
  for (const node of graph.nodes) embed(to, 1, writeNode(node));
  text(to, 2, 'graph');
  for (const initializer of graph.initializers ?? []) embed(to, 5, writeTensor(initializer));
  for (const value of graph.inputs) embed(to, 11, writeValue(value));
  for (const value of graph.outputs) embed(to, 12, writeValue(value));
  return to;
}

/** Encodes a model. */
export function writeModel(graph: Graph, opsetVersion = 13): Uint8Array {
  const opset = int(text(message(), 1, ''), 2, opsetVersion);
  return embed(embed(int(message(), 1, 8), 7, writeGraph(graph)), 8, opset).finish();
}
