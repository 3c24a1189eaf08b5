interface Position {
  x: number
  y: number
}

/** Sandboxes whose pointer an instance of the function remembers. */
const MAX_SANDBOXES = 1_000

// A connection lasts for one call, and VNC servers do not report where the pointer is: TigerVNC 1.12 sends neither the
// pseudo-encoding PointerPos (-232) nor that of VMware (0x574d5666), even if another client moves the pointer.
// LibVNCServer 0.9.14 sends PointerPos only to a client that draws the pointer itself, and then leaves it out of the
// picture.
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
