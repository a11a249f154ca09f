// The datagrams by which others find out whether a process is alive while its event loop is busy. A probe has a nonce, which the
// answer repeats with the incarnation of the process. An answer is never longer than its probe.

const probeStart = Buffer.from('pareto alive? ');
const answerStart = Buffer.from('pareto alive: ');
const nonceBytes = 16;
const headBytes = probeStart.length + nonceBytes;
const maxIncarnationBytes = 64;
const probeBytes = headBytes + maxIncarnationBytes;

/** Creates a probe. The nonce has 16 bytes. */
export const encodeProbe = (nonce: Buffer): Buffer =>
  Buffer.concat([probeStart, nonce, Buffer.alloc(maxIncarnationBytes)], probeBytes);

/** Returns the answer to a probe. Undefined for other datagrams. */
export function answerProbe(probe: Buffer, incarnation: string): Buffer | undefined {
  if (probe.length !== probeBytes || !probe.subarray(0, probeStart.length).equals(probeStart)) return undefined;
  const text = Buffer.from(incarnation).subarray(0, maxIncarnationBytes);
  return Buffer.concat([answerStart, probe.subarray(probeStart.length, headBytes), text]);
}

/** Returns the incarnation from the answer to the probe with this nonce. Undefined for other datagrams. */
export function readAnswer(answer: Buffer, nonce: Buffer): string | undefined {
  const expected = Buffer.concat([answerStart, nonce]);
  return answer.subarray(0, headBytes).equals(expected) ? answer.subarray(headBytes).toString() : undefined;
}
