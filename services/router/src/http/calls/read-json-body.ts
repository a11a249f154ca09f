// A body that is a JSON object, or nothing.

import type { Exchange } from './exchange.js';
import { readFields, type JsonFields } from '../json/json-shape.js';
import { parseJson } from '../json/parse-json.js';

/** Without a body: no fields. Throws `invalid-argument` when it is anything but an object. */
export async function readJsonBody({ body }: Pick<Exchange, 'body'>): Promise<JsonFields> {
  const bytes = await body();
  if (bytes.length === 0) return {};
  return readFields('the body', parseJson(bytes.join(0, bytes.length), 'the body').value);
}
