// The reply to a hostile request, as its sender received it.

export interface Reply {
  /** Name of a gRPC status, an HTTP status, `CLOSED` if the connection or stream ended without one, or `TIMEOUT`. */
  readonly status: string;
  readonly message: string;
  /** Size of the message as it was sent. */
  readonly messageBytes: number;
  readonly body: Buffer;
}
