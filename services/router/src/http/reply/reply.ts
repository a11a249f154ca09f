// An answer before it is on the wire.

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent one after the other; none: no body. */
  readonly body: readonly Uint8Array[];
  /** It may be sent compressed. Clients that ask for that expect it of tensors, and some can't read it elsewhere. */
  readonly isTensors?: boolean;
}

export const emptyReply = (status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: [],
});

export const textReply = (json: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: [Buffer.from(json)],
});

export const jsonReply = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply =>
  textReply(JSON.stringify(value), status, headers);

export const bytesOf = ({ body }: Reply): number => body.reduce((sum, { length }) => sum + length, 0);
