// The data of a stream that waits until the peer or the connection accepts it.

import type { FrameWriter } from './frame-writer.js';

export class WaitingData {
  bytes = 0;
  readonly #pieces: Buffer[] = [];

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.bytes += piece.length;
    this.#pieces.push(piece);
  }

  clear(): void {
    this.bytes = 0;
    this.#pieces.length = 0;
  }

  /** Writes the first bytes, of which there must be so many, and drops them. */
  write(bytes: number, writer: FrameWriter): void {
    const pieces = this.#pieces;
    this.bytes -= bytes;
    let missing = bytes;
    let taken = 0;
    for (; missing > 0; taken++) {
      const piece = pieces[taken];
      if (piece === undefined) break;
      const length = Math.min(missing, piece.length);
      writer.payload(piece, 0, length);
      missing -= length;
      if (length === piece.length) continue;
      pieces[taken] = piece.subarray(length);
      break;
    }
    pieces.splice(0, taken);
  }
}
