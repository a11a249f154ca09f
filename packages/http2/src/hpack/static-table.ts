// The static table of HPACK (RFC 7541, Appendix A).

/** An entry of a table, with its size as HPACK counts it. */
export interface TableEntry {
  readonly name: string;
  readonly value: string;
  readonly size: number;
}

/** HPACK counts 32 bytes for each entry in addition to its name and value. */
export const entryOverhead = 32;

export const createEntry = (name: string, value: string): TableEntry => ({
  name,
  value,
  size: name.length + value.length + entryOverhead,
});

/** The fields in the order of their indices, as `name` or `name=value`. */
const fields = `
  :authority; :method=GET; :method=POST; :path=/; :path=/index.html; :scheme=http; :scheme=https; :status=200;
  :status=204; :status=206; :status=304; :status=400; :status=404; :status=500; accept-charset;
  accept-encoding=gzip, deflate; accept-language; accept-ranges; accept; access-control-allow-origin; age; allow;
  authorization; cache-control; content-disposition; content-encoding; content-language; content-length;
  content-location; content-range; content-type; cookie; date; etag; expect; expires; from; host; if-match;
  if-modified-since; if-none-match; if-range; if-unmodified-since; last-modified; link; location; max-forwards;
  proxy-authenticate; proxy-authorization; range; referer; refresh; retry-after; server; set-cookie;
  strict-transport-security; transfer-encoding; user-agent; vary; via; www-authenticate
`;

/** Entries by index. The first index is 1, so entry 0 is a placeholder. */
export const staticTable: readonly TableEntry[] = ['', ...fields.split(';')].map((field) => {
  const [name = '', value = ''] = field.trim().split('=');
  return createEntry(name, value);
});

/** Number of indices that the static table takes, including 0. */
export const staticLength: number = staticTable.length;

const firstByName = new Map<string, number>();
staticTable.forEach(({ name }, index) => {
  if (index > 0 && !firstByName.has(name)) firstByName.set(name, index);
});

/** Returns the index of the first entry with this name, 0 if there is none. */
export const staticNameIndex = (name: string): number => firstByName.get(name) ?? 0;

/** Returns the index of the entry with this name and value, 0 if there is none. */
export function staticFieldIndex(name: string, value: string): number {
  for (let index = staticNameIndex(name); staticTable[index]?.name === name && index > 0; index++) {
    if (staticTable[index]?.value === value) return index;
  }
  return 0;
}
