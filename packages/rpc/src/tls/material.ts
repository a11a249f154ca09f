// What TLS is made from: PEM text that may be replaced while servers and channels live.

/** All PEM. */
export interface TlsMaterial {
  /** The authority that others' certificates must come from. */
  readonly ca: Buffer;
  /** What this side shows, with the intermediate authorities; left out by clients that show nothing. */
  readonly identity?: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
}

export interface TlsSource {
  readonly current: TlsMaterial;
  /** Calls back whenever `current` was replaced, until it is disposed of. */
  onChange(listener: () => void): Disposable;
}

/** Material that stays as it is. */
export const constantSource = (current: TlsMaterial): TlsSource => ({
  current,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
});
