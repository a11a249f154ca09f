// Values that JSON does not represent, as objects that it does: maps, bytes, and numbers that are not finite.

const [mapKey, numberKey, bytesKey] = ['$map', '$number', '$bytes'];

/** Returns a value of objects, arrays, maps and bytes as one that JSON represents. Fields that are undefined are left out. */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { [numberKey]: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return { [mapKey]: Array.from(value, ([key, own]) => [toPlain(key), toPlain(own)]) };
  if (value instanceof Uint8Array) return { [bytesKey]: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(toPlain);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => (own === undefined ? [] : [[key, toPlain(own)]])),
  );
}

/** Returns the value that `toPlain` was given. */
export function fromPlain(plain: unknown): unknown {
  if (typeof plain !== 'object' || plain === null) return plain;
  if (Array.isArray(plain)) return plain.map(fromPlain);
  const fields: Readonly<Record<string, unknown>> = { ...plain };
  const { [mapKey]: entries, [numberKey]: number, [bytesKey]: bytes } = fields;
  if (Array.isArray(entries)) return new Map(entries.map((entry) => fromPlain(entry) as [unknown, unknown]));
  if (typeof number === 'string') return Number(number);
  if (typeof bytes === 'string') return new Uint8Array(Buffer.from(bytes, 'base64'));
  return Object.fromEntries(Object.entries(fields).map(([key, own]) => [key, fromPlain(own)]));
}
