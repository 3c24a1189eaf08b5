import type { Picture } from './frame.ts'

/** Larger than a mouse pointer, which VNC servers draw into the picture. */
const POINTER_SIZE = 64

/** Whether a picture has more than one colour, in an area that is wider or higher than a mouse pointer. */
export function hasContent({ width, pixels }: Picture): boolean {
  const colours = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4)
  // The pointer may cover one corner, but not two opposite ones.
  const corners = [colours[0], colours.at(-1)]
  return corners.every((background) => differs(colours, width, background))
}

function differs(colours: Uint32Array, width: number, background: number | undefined): boolean {
  let [left, right, top, bottom] = [width, -1, -1, -1]
  for (let index = 0; index < colours.length; index++) {
    if (colours[index] === background) continue
    const column = index % width
    bottom = Math.floor(index / width)
    if (top === -1) top = bottom
    if (column < left) left = column
    if (column > right) right = column
  }
  return right - left >= POINTER_SIZE || bottom - top >= POINTER_SIZE
}
