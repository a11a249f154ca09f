// Huffman coding of header strings (RFC 7541, Section 5.2). Decoding takes four bits in a step.

import { codeLengths, codes, endOfString } from './huffman-codes.js';

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
  codes.forEach((code, symbol) => {
    const length = codeLengths[symbol] ?? 0;
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

/** Returns the length of a text of octets after encoding, in bytes. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits += codeLengths[text.charCodeAt(at) & 0xff] ?? 0;
  return Math.ceil(bits / 8);
}

/** Encodes a text of octets into `out`, from `at`. Returns the position after the last byte. */
export function encodeHuffman(text: string, out: Uint8Array, at: number): number {
  let position = at;
  /** Bits that do not fill a byte yet. A code has up to 30 bits, and up to 7 are left of the codes before. */
  let left = 0;
  let leftBits = 0;
  for (let index = 0; index < text.length; index++) {
    const symbol = text.charCodeAt(index) & 0xff;
    const code = codes[symbol] ?? 0;
    let missing = codeLengths[symbol] ?? 0;
    while (leftBits + missing >= 8) {
      missing -= 8 - leftBits;
      out[position++] = (left << (8 - leftBits)) | (code >>> missing);
      left = leftBits = 0;
    }
    left = ((left << missing) | (code & ((1 << missing) - 1))) & 0xff;
    leftBits += missing;
  }
  if (leftBits > 0) out[position++] = (left << (8 - leftBits)) | (0xff >>> leftBits);
  return position;
}
