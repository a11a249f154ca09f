// The reply to an HTTP request, before it is sent.

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts of the body, in order. Empty for no body. */
  readonly body: readonly Uint8Array[];
  /**
   * Set if the reply may be compressed. Only tensors are compressed, since some clients cannot read other compressed
   * replies.
   */
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
