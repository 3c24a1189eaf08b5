interface Position {
  x: number
  y: number
}

/** Sandboxes whose pointer an instance of the function remembers. */
const MAX_SANDBOXES = 1_000

// VNC servers do not report where the pointer is, and a connection lasts for one call.
const positions = new Map<string, Position>()

/** Remembers where a call moved the pointer of a sandbox, in pixels of its desktop. */
export function rememberPosition(sandboxId: string, position: Position): void {
  positions.delete(sandboxId)
  positions.set(sandboxId, position)
  const [oldest] = positions.keys()
  if (positions.size > MAX_SANDBOXES && oldest !== undefined) positions.delete(oldest)
}

/** Where a call moved the pointer last; undefined if this instance of the function does not know. */
export function lastPosition(sandboxId: string): Position | undefined {
  return positions.get(sandboxId)
}
