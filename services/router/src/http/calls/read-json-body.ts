// Reads a body that is a JSON object or empty.

import type { Exchange } from './exchange.js';
import type { MethodName } from './protocol-calls.js';
import type { JsonFields } from '../json/json-shape.js';
import { parseJson } from '../json/parse-json.js';

/** Checks that the caller may call the method, and reads the body. Returns no fields for an empty body. Throws `invalid-argument` if the body is not an object. */
export async function readJsonBody({ body }: Exchange, method: MethodName): Promise<JsonFields> {
  const bytes = await body(method);
  if (bytes.length === 0) return {};
  return parseJson(bytes.join(0, bytes.length), { what: 'the body' });
}
