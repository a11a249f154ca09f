// The formats that the text of a flag may have.

interface Format {
  readonly pattern: RegExp;
  readonly expected: string;
}

export type FlagFormat = 'address' | 'cluster' | 'etcd-member' | 'origin' | 'router-id' | 'size';

const sizePattern = /^(\d+(?:\.\d+)?)([kmg]?)$/;

export const formats: Readonly<Record<FlagFormat, Format>> = {
  address: { pattern: /^([^:\s]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, expected: 'expected host:port, e.g. 127.0.0.1:8100' },
  cluster: { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, expected: "expected letters, digits, '.', '_' or '-'" },
  'etcd-member': {
    pattern: /^[^\s/]+:\d{1,5}$/,
    expected: 'expected host:port without http://, e.g. 10.0.0.1:2379',
  },
  origin: {
    pattern: /^(\*|https?:\/\/[^/\s,]+)$/,
    expected: 'expected * or an origin, e.g. https://example.org',
  },
  'router-id': { pattern: /^[A-Za-z0-9_-]{1,64}$/, expected: 'expected up to 64 letters, digits, "_" or "-"' },
  size: { pattern: sizePattern, expected: 'expected a size such as 512m or 4g' },
};

const units: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Returns the bytes of a text in the format `size`: 536870912 for `512m`. */
export function parseSize(text: string): number {
  const [, count = '0', unit = ''] = sizePattern.exec(text) ?? [];
  return Math.floor(Number(count) * (units[unit] ?? 1));
}
