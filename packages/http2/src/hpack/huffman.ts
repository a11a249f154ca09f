// Decodes the Huffman code of header strings (RFC 7541, Section 5.2 and Appendix B), four bits in a step.

/** Length in bits of the code of each octet, and of the end of the string (256). */
export const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];

const endOfString = 256;

/*
 * The decoder is in one of 256 states, which are the inner nodes of the tree of codes. The entry at `state * 16 + nibble`
 * has the next state in its lowest byte and the octet that is complete, if any, in the byte above. A step of four bits
 * completes one octet at most, since the shortest code has five bits.
 */
const emits = 1 << 16;
/** Set if the string may end after this step: the bits since the last octet are fewer than 8, and all of them are 1. */
const mayEnd = 1 << 17;
const isInvalid = 1 << 18;

interface Node {
  readonly id: number;
  readonly children: [Child, Child];
  readonly mayEnd: boolean;
}
type Child = Node | number | undefined;

const steps: Uint32Array = buildSteps();

function buildSteps(): Uint32Array {
  const nodes: Node[] = [];
  const addNode = (isPadding: boolean): Node => {
    const node: Node = { id: nodes.length, children: [undefined, undefined], mayEnd: isPadding };
    nodes.push(node);
    return node;
  };
  const root = addNode(true);
  const addCode = (code: number, length: number, symbol: number): void => {
    let node = root;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (code >>> bit) & 1;
      let child = node.children[side === 1 ? 1 : 0];
      if (typeof child !== 'object') {
        child = addNode(node.mayEnd && side === 1 && length - bit < 8);
        node.children[side] = child;
      }
      node = child;
    }
    node.children[code & 1] = symbol;
  };
  // The code is canonical: shorter codes come first, and codes of the same length are in the order of their octets.
  let next = 0;
  for (let length = 1; length <= Math.max(...codeLengths); length++, next *= 2)
    codeLengths.forEach((each, symbol) => {
      if (each === length) addCode(next++, length, symbol);
    });
  const table = new Uint32Array(nodes.length * 16);
  for (const node of nodes) {
    for (let nibble = 0; nibble < 16; nibble++) table[node.id * 16 + nibble] = step(root, node, nibble);
  }
  return table;
}

function step(root: Node, from: Node, nibble: number): number {
  let node = from;
  let flags = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const child = node.children[(nibble >>> bit) & 1 ? 1 : 0];
    if (child === undefined || child === endOfString) return isInvalid;
    if (typeof child === 'object') {
      node = child;
      continue;
    }
    flags = emits | (child << 8);
    node = root;
  }
  return flags | node.id | (node.mayEnd ? mayEnd : 0);
}

/**
 * Decodes the bytes of `data` from `from` to before `to` into `out`, which must have room for 8/5 as many. Returns the number of
 * octets, or -1 if the code is invalid.
 */
export function decodeHuffman(data: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let entry = mayEnd;
  let length = 0;
  for (let at = from; at < to; at++) {
    const octet = data[at] ?? 0;
    entry = steps[((entry & 0xff) << 4) | (octet >>> 4)] ?? isInvalid;
    if ((entry & emits) !== 0) out[length++] = (entry >>> 8) & 0xff;
    // An invalid entry has no next state, so it must be seen before the next step.
    if ((entry & isInvalid) !== 0) return -1;
    entry = steps[((entry & 0xff) << 4) | (octet & 0xf)] ?? isInvalid;
    if ((entry & emits) !== 0) out[length++] = (entry >>> 8) & 0xff;
    if ((entry & isInvalid) !== 0) return -1;
  }
  return (entry & mayEnd) === 0 ? -1 : length;
}
