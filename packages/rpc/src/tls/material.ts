// The certificates of TLS, which may be replaced while servers and channels use them.

/** Certificates in PEM. */
export interface TlsMaterial {
  /** Authority that must have issued the peer's certificate. */
  readonly ca: Buffer;
  /**
   * Certificate that this side presents, with intermediate certificates, and its key. Undefined for a client without
   * one.
   */
  readonly identity?: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
}

export interface TlsSource {
  readonly current: TlsMaterial;
  /** Calls `listener` whenever `current` is replaced, until the result is disposed. */
  onChange(listener: () => void): Disposable;
}

/** Creates a source whose certificates never change. */
export const constantSource = (current: TlsMaterial): TlsSource => ({
  current,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
});
