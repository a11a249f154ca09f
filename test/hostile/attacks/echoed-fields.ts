// Long text in every field of a query that an error or an answer may repeat.

import { startBystander, goodQuery } from '../bystander.js';
import { type Part, type Query, type Transport, transports } from '../transports.js';
import { type Attack, type AttackContext, rejections } from './attack.js';

interface EchoedField {
  readonly name: string;
  /** The part that a transport needs for the field. */
  readonly part?: Part;
  /** Set if the text is in the headers, whose size ends a connection. */
  readonly inHeaders?: boolean;
  /** Set if HTTP has the text in its path. */
  readonly inPath?: boolean;
  fill(text: string): Query;
}

const withInput = (input: Partial<Query['input']>): Query => ({
  ...goodQuery,
  input: { ...goodQuery.input, ...input },
});

const fields: readonly EchoedField[] = [
  { name: 'datatype', fill: (datatype) => withInput({ datatype }) },
  { name: 'input name', fill: (name) => withInput({ name }) },
  { name: 'output name', fill: (name) => ({ ...goodQuery, output: { name } }) },
  { name: 'shape', fill: ({ length }) => withInput({ shape: Array.from({ length: length / 2 }, () => 1) }) },
  { name: 'large dimensions', fill: ({ length }) => withInput({ shape: Array(Math.ceil(length / 8)).fill(2 ** 52) }) },
  { name: 'id', fill: (id) => ({ ...goodQuery, id }) },
  { name: 'model name', inPath: true, fill: (model) => ({ ...goodQuery, model }) },
  { name: 'model version', inPath: true, part: 'version', fill: (version) => ({ ...goodQuery, version }) },
  { name: 'parameter name', part: 'parameters', fill: (name) => ({ ...goodQuery, parameters: { [name]: 'x' } }) },
  {
    name: 'parameter value',
    part: 'parameters',
    fill: (latency_ms) => ({ ...goodQuery, parameters: { latency_ms } }),
  },
  { name: 'input parameter', part: 'parameters', fill: (text) => withInput({ parameters: { [text]: text } }) },
  {
    name: 'output parameter',
    part: 'parameters',
    fill: (text) => ({ ...goodQuery, output: { name: 'y', parameters: { [text]: text } } }),
  },
  {
    name: 'objective in metadata',
    inHeaders: true,
    fill: (text) => ({ ...goodQuery, headers: { 'x-pareto-latency-ms': text } }),
  },
  { name: 'metadata name', inHeaders: true, fill: (text) => ({ ...goodQuery, headers: { [`x-${text}`]: 'x' } }) },
];

const kilobyte = 1024;
const sizes = [64 * kilobyte, 150 * kilobyte, 1024 * kilobyte];
/** Size that reaches the code of every field. A short run sends the others in one field of each transport. */
const shortSizes = [150 * kilobyte];
const hugeSize = ({ full }: AttackContext): number => (full ? 60 : 10) * 1024 * kilobyte;
/** Node reads nothing after headers that are too large, and keepalive closes the connection, after 50 s at the latest. */
const timeoutMs = 60_000;
/** Queries of one size that are sent at the same time at full length. */
const repeats = 2;

/** Text with characters that take up to nine bytes when they are percent-encoded. */
const textOf = (length: number): string => 'a€"\\'.repeat(Math.ceil(length / 6)).slice(0, length);
const headerText = (length: number): string => 'a'.repeat(length);

async function sendField(field: EchoedField, transport: Transport, context: AttackContext): Promise<void> {
  const { target, tally, full, onBystander } = context;
  using connection = transport.open(target);
  using own = transport.open(target);
  const bystander = startBystander(field.inHeaders ? own : connection, full ? 20 : 3);
  const send = async (size: number, count: number): Promise<void> => {
    const query = field.fill(field.inHeaders ? headerText(size) : textOf(size));
    const replies = Array.from({ length: count }, () => connection.infer(query, timeoutMs));
    for (const reply of await Promise.all(replies)) tally.add(reply, `${field.name} of ${size} bytes:`);
  };
  const isWhole = full || field.name === 'datatype';
  const lengths = isWhole ? sizes : shortSizes;
  await Promise.all(lengths.map((size) => send(size, full ? repeats : 1)));
  if (full || (isWhole && transport === transports[0])) await send(hugeSize(context), 1);
  onBystander(await bystander.stop());
}

/** A connection may be closed because of its headers: the parsers of HTTP bound them, and read nothing further. */
const allowedOf = ({ inHeaders = false, inPath = false }: EchoedField, { has }: Transport): readonly string[] => [
  ...[...rejections, 'OK', '200'],
  ...(inHeaders || (inPath && has.includes('path')) ? ['CLOSED', 'HTTP 431'] : []),
];

export const echoedFields: readonly Attack[] = transports.flatMap((transport) =>
  fields
    .filter(({ part }) => part === undefined || transport.has.includes(part))
    .map((field) => ({
      group: `long fields over ${transport.name}`,
      name: `a long ${field.name} over ${transport.name}`,
      allowed: allowedOf(field, transport),
      run: (context: AttackContext) => sendField(field, transport, context),
    })),
);
