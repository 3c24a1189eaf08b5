/**
 * A connection to a server, as raw bytes. A `Socket` of Node is one. Iterating must not read ahead without limit: a
 * server may send forever.
 */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** Sends bytes. Errors are reported by the iteration. */
  write(bytes: Uint8Array): unknown
  /** Closes the connection, and ends the iteration. */
  destroy(): unknown
}
