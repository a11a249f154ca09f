// Compares answers as data: normalises what is equivalent in the protocol, and lists differences by path.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Expected value that matches any existing value. */
export const anything = '…';

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/**
 * Returns a message without parts that are equivalent to missing ones: fields with their default (except members of a
 * `oneof`), empty messages, and the parameters with Pareto's decision.
 */
export function plain(value: Json): Json {
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, plain(field)] as const);
  return Object.fromEntries(
    fields.filter(([key, field]) => !key.startsWith('pareto_') && (key.endsWith('_param') || !isDefault(field))),
  );
}

const isDefault = (value: Json): boolean =>
  ([null, false, 0, '', '0'] as Json[]).includes(value) ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** Returns the actual values by path where they differ from the expected ones. Null means missing. */
export function differencesOf(expected: Json | undefined, got: Json | undefined, path = ''): JsonObject {
  if (expected === anything && got !== undefined && got !== null) return {};
  const [left, right] = [partsOf(expected), partsOf(got)];
  if (left === undefined || right === undefined)
    return JSON.stringify(expected ?? null) === JSON.stringify(got ?? null) ? {} : { [path]: got ?? null };
  const keys = new Set([...left.keys(), ...right.keys()]);
  const below = Array.from(keys, (key) => differencesOf(left.get(key), right.get(key), join(path, key)));
  return Object.assign({}, ...below) as JsonObject;
}

/**
 * Returns the differences in the expected fields, and ignores others. An expected null means that the field must be
 * missing.
 */
export const misses = (expected: Json, got: Json): JsonObject => differencesOf(expected, within(expected, got));

function within(expected: Json, got: Json): Json {
  if (isList(expected) && isList(got)) return got.map((item, index) => within(expected[index] ?? null, item));
  if (!isObject(expected) || !isObject(got)) return got;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, within(expected[key] ?? null, got[key] ?? null)]));
}

/**
 * Returns the parts to compare: fields, and items of lists of messages. Items of a repository's index are keyed by
 * name.
 */
function partsOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (isObject(value)) return new Map(Object.entries(value));
  if (!isList(value) || !value.every(isObject)) return undefined;
  const nameOf = (item: JsonObject, index: number): string =>
    'state' in item && typeof item['name'] === 'string' ? item['name'] : String(index);
  return new Map(value.map((item, index) => [`[${nameOf(item, index)}]`, item]));
}

const join = (path: string, key: string): string =>
  path === '' || key.startsWith('[') ? `${path}${key}` : `${path}.${key}`;
