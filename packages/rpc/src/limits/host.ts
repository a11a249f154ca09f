// Tells clients apart by their addresses.

const groupsOfNetwork = 4;

/**
 * Returns the name of a client's host: its IPv4 address, also if it is mapped to IPv6, or the network of its IPv6
 * address, which has 64 bits and usually belongs to one host. Empty for an unknown address.
 */
export function hostOf(address: string | undefined = ''): string {
  const mapped = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (mapped.includes('.') || !address.includes(':')) return mapped;
  const [before = [], after] = address.split('::').map((part) => part.split(':'));
  const omitted = after === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: omitted }, () => '0'), ...(after ?? [])];
  return `${groups
    .slice(0, groupsOfNetwork)
    .map((group) => group || '0')
    .join(':')}::/64`;
}
