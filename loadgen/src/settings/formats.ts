// The forms of values that only the load generator's settings have.

import { invalid, type Format } from '@pareto/scenario';

const addressPattern = /^([^:\s/,]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

/** Reads one address, or several with commas between them. */
export const addresses: Format<string> = (value) => {
  if (typeof value === 'string' && value.split(',').every((one) => addressPattern.test(one))) return value;
  throw invalid('expected host:port, such as 127.0.0.1:8001, or several with commas between them');
};

/** Reads `name: value`, or an object of texts by name. */
export const headers: Format<Readonly<Record<string, string>>> = (value) => {
  const pairs = typeof value === 'string' ? [splitHeader(value)] : Object.entries(value ?? {});
  return Object.fromEntries(pairs.map(readHeader));
};

function splitHeader(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()];
}

function readHeader([name, value]: readonly [string, unknown]): readonly [string, string] {
  const key = name.trim().toLowerCase();
  if (!/^[0-9a-z_.-]+$/.test(key) || typeof value !== 'string' || value === '') {
    throw invalid("expected 'name: value', such as 'authorization: Bearer TOKEN'");
  }
  if (key.startsWith('grpc-') || key.endsWith('-bin')) {
    throw invalid(`${key} cannot be set: it is a header of gRPC, or binary; expected text metadata`);
  }
  return [key, value];
}
