import type { Picture } from './frame.ts'

/**
 * Makes a picture smaller. Each new pixel is the average of the area that it covers, which keeps thin lines and small
 * text readable, unlike taking single pixels.
 * @param scale  above 0, at most 1
 */
export function scaleDown(picture: Picture, scale: number): Picture {
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  if (width === picture.width && height === picture.height) return picture
  return scaleRows(scaleColumns(picture, width), height)
}

function scaleColumns({ width, height, pixels }: Picture, newWidth: number): Picture {
  const shares = sharesOf(width, newWidth)
  const result = new Uint8Array(4 * newWidth * height)
  for (let row = 0; row < height; row++) {
    average(pixels, 4 * row * width, 4, result, 4 * row * newWidth, 4, shares)
  }
  return { width: newWidth, height, pixels: result }
}

function scaleRows({ width, height, pixels }: Picture, newHeight: number): Picture {
  const shares = sharesOf(height, newHeight)
  const result = new Uint8Array(4 * width * newHeight)
  for (let column = 0; column < width; column++) {
    average(pixels, 4 * column, 4 * width, result, 4 * column, 4 * width, shares)
  }
  return { width, height: newHeight, pixels: result }
}

/** The pixels of a row or column that a new pixel covers, and how much of the first and the last one. */
interface Share {
  first: number
  weights: number[]
}

function sharesOf(length: number, newLength: number): Share[] {
  const step = length / newLength
  return Array.from({ length: newLength }, (_, index) => {
    const start = index * step
    const end = Math.min((index + 1) * step, length)
    const first = Math.floor(start)
    const count = Math.ceil(end - 1e-9) - first
    const weights = Array.from({ length: count }, (_, offset) => {
      const covered = Math.min(end, first + offset + 1) - Math.max(start, first + offset)
      return covered / (end - start)
    })
    return { first, weights }
  })
}

/** Averages one row or column: pixels are `step` bytes apart. */
function average(
  from: Uint8Array,
  fromStart: number,
  fromStep: number,
  to: Uint8Array,
  toStart: number,
  toStep: number,
  shares: readonly Share[],
): void {
  for (const [index, { first, weights }] of shares.entries()) {
    let [red, green, blue] = [0, 0, 0]
    let at = fromStart + first * fromStep
    for (const weight of weights) {
      red += weight * (from[at] ?? 0)
      green += weight * (from[at + 1] ?? 0)
      blue += weight * (from[at + 2] ?? 0)
      at += fromStep
    }
    const target = toStart + index * toStep
    to[target] = Math.round(red)
    to[target + 1] = Math.round(green)
    to[target + 2] = Math.round(blue)
    to[target + 3] = 255
  }
}
