/** Returns the data of a BYTES tensor with these elements: the length of each, as four bytes in little-endian order, and its bytes. */
export function joinElements(elements: readonly Uint8Array[]): Buffer {
  const joined = Buffer.allocUnsafe(elements.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const element of elements) {
    at = joined.writeUInt32LE(element.length, at);
    joined.set(element, at);
    at += element.length;
  }
  return joined;
}
