// Counts the fields of a message while it arrives, since each becomes an object or an element of an array. A message with
// too many is rejected before the rest of it takes memory.

import { limitError } from '../limits/limit-error.js';
import { countVarints } from '../oip/varints.js';
import type { Limits } from '../limits/limits.js';
import type { MessageShape } from './message-shape.js';

/** Reads messages as their bytes arrive. Each function may throw the error that ends the call. */
export interface MessageReader {
  begin(isCompressed: boolean): void;
  /** Reads the bytes of the current message from `from` to before `to`. */
  read(data: Uint8Array, from: number, to: number): void;
  end(): void;
}

/** A message, or a message in a field of it. */
interface Level {
  readonly shape: MessageShape;
  /** Position after its last byte. Infinite for the outermost message. */
  readonly end: number;
  /** The message around it. Undefined for the outermost one. */
  readonly outer: Level | undefined;
}

const maxUint32 = 2 ** 32 - 1;
/** Unit after the last byte of the longest varint, of 10 bytes. */
const maxUnit = 2 ** 70;

/**
 * Reads the fields of messages of one shape. Throws `invalid-argument` if a message has more than `fields` fields and
 * packed numbers on all its levels together, more than `elements` elements of tensors that are not packed, or a text of
 * more than 1 MiB, and RangeError if it is malformed.
 */
export class RequestFields implements MessageReader {
  readonly #limits: Limits;
  readonly #outermost: Level;
  #level: Level;
  #position = 0;
  /** Bytes of the current value that are missing. */
  #missing = 0;
  /** Set if the current value has packed numbers that count as fields. */
  #isCounted = false;
  #fields = 0;
  #elements = 0;
  #reading: 'tag' | 'length' | 'number' = 'tag';
  #field = 0;
  #varint = 0;
  /** Value of the lowest bit of the next byte of the varint: a multiplication takes a fraction of the time of a power. */
  #unit = 1;

  constructor(shape: MessageShape, limits: Limits) {
    this.#limits = limits;
    this.#outermost = this.#level = { shape, end: Infinity, outer: undefined };
  }

  begin(): void {
    this.#level = this.#outermost;
    this.#position = this.#missing = this.#varint = 0;
    this.#unit = 1;
    this.#fields = this.#elements = 0;
    this.#reading = 'tag';
  }

  read(data: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to;) {
      const taken = this.#missing === 0 ? 1 : Math.min(this.#missing, to - at);
      this.#position += taken;
      if (this.#missing === 0) this.#readByte(data[at] ?? 0);
      else {
        if (this.#isCounted) this.#count(countVarints(data, at, at + taken));
        this.#missing -= taken;
      }
      at += taken;
      if (this.#position === this.#level.end) this.#leave();
    }
  }

  end(): void {
    if (this.#level !== this.#outermost || this.#missing > 0) throw beyondTheEnd();
    this.#checkWhole();
  }

  #checkWhole(): void {
    if (this.#reading !== 'tag' || this.#unit > 1) throw beyondTheEnd();
  }

  #leave(): void {
    this.#checkWhole();
    while (this.#position === this.#level.end) this.#level = this.#level.outer ?? this.#outermost;
  }

  #readByte(byte: number): void {
    this.#varint += (byte & 127) * this.#unit;
    if (byte >= 128) {
      this.#unit *= 128;
      if (this.#unit >= maxUnit) throw new RangeError('a number has more than 64 bits');
      return;
    }
    const value = this.#varint;
    this.#varint = 0;
    this.#unit = 1;
    if (this.#reading === 'number') this.#reading = 'tag';
    else if (value > maxUint32) throw new RangeError('a tag or a length has more than 32 bits');
    else if (this.#reading === 'tag') this.#readTag(value);
    else this.#readLength(value);
  }

  #readTag(tag: number): void {
    this.#count(1);
    this.#field = tag >>> 3;
    const wireType = tag & 7;
    if (wireType === 0) this.#reading = 'number';
    else if (wireType === 1) this.#skip(8);
    else if (wireType === 2) this.#reading = 'length';
    else if (wireType === 5) this.#skip(4);
    else throw new RangeError(`field ${this.#field} has the wire type ${wireType}, which requests do not use`);
  }

  #readLength(length: number): void {
    const { messages, packed, texts, isTensor } = this.#level.shape;
    this.#reading = 'tag';
    const nested = messages.get(this.#field);
    if (nested !== undefined) return this.#enter(nested(), length);
    if (texts.has(this.#field)) this.#checkText(length);
    return this.#skip(length, packed.has(this.#field) && !isTensor);
  }

  #enter(shape: MessageShape, length: number): void {
    const end = this.#endAfter(length);
    if (length === 0) return;
    this.#level = { shape, end, outer: this.#level };
  }

  #skip(length: number, isCounted = false): void {
    this.#endAfter(length);
    this.#missing = length;
    this.#isCounted = isCounted;
  }

  #endAfter(length: number): number {
    const end = this.#position + length;
    if (end > this.#level.end) throw beyondTheEnd();
    return end;
  }

  #count(fields: number): void {
    const { fields: maxFields, elements: maxElements } = this.#limits;
    if (this.#level.shape.isTensor) {
      if (++this.#elements > maxElements)
        throw limitError(
          'elements',
          'invalid-argument',
          `the message has more than ${maxElements} elements that are not packed: send raw_input_contents`,
        );
    } else if ((this.#fields += fields) > maxFields)
      throw limitError('fields', 'invalid-argument', `the message has more than ${maxFields} fields: send fewer`);
  }

  #checkText(length: number): void {
    const { smallMessageBytes: maxBytes } = this.#limits;
    if (length <= maxBytes) return;
    const message = `a text of the message has ${length} bytes: expected at most ${maxBytes}`;
    throw limitError('smallMessageBytes', 'invalid-argument', message);
  }
}

const beyondTheEnd = (): RangeError => new RangeError('a field extends beyond the end of its message');
