import { createHash } from 'node:crypto'
import type { Colour } from './root-window.ts'

/** The background of a machine's desktop: a dark colour between teal and violet. It tells several open desktops apart. */
export function colourOf(InstanceId: string): Colour {
  const [byte = 0] = createHash('sha256').update(InstanceId).digest()
  const hue = 170 + (byte / 256) * 120
  const [lightness, strength] = [0.26, 0.06]
  const channel = (offset: number) => {
    const at = (offset + hue / 30) % 12
    return Math.round(255 * (lightness - strength * Math.max(-1, Math.min(at - 3, 9 - at, 1))))
  }
  return (channel(0) << 16) | (channel(8) << 8) | channel(4)
}
