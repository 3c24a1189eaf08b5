import * as v from 'valibot'
import { invalidParameter } from '../../shared/errors.ts'

interface Size {
  width: number
  height: number
}

interface Point {
  x: number
  y: number
}

/** Models see best in pictures of about this size. */
const MAX_WIDTH = 1280
const MAX_HEIGHT = 800

/** The largest coordinate with `relative`, as UI-TARS uses it. */
const RELATIVE_MAX = 1000

const SYSTEMS = ['screenshot', 'full', 'relative'] as const

export type CoordinateSystem = (typeof SYSTEMS)[number]

/** What x and y of a tool mean. */
export const CoordinatesArgument = v.optional(
  v.pipe(
    v.picklist(SYSTEMS, `must be one of ${SYSTEMS.join(', ')}`),
    v.metadata({
      description:
        'What x and y mean. screenshot: pixels of a screenshot. full: pixels of a screenshot with full=true. relative: 0 to 1000 on both axes.',
    }),
  ),
  'screenshot',
)

export const SCALE_RULE = `A desktop of at most ${MAX_WIDTH}x${MAX_HEIGHT} pixels is shown as it is; a larger one is scaled down to fit into that size.`

export function coordinate(description: string) {
  const message = 'must be a number from 0'
  return v.pipe(v.number(message), v.minValue(0, message), v.metadata({ description }))
}

/** The scale of a screenshot. It depends only on the size of the desktop, so that every call can compute it. */
export function scaleOf({ width, height }: Size): number {
  return Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height)
}

/** The size of a screenshot. */
export function screenshotSize(desktop: Size): Size {
  const scale = scaleOf(desktop)
  const scaled = (length: number) => Math.max(1, Math.round(length * scale))
  return { width: scaled(desktop.width), height: scaled(desktop.height) }
}

/**
 * Converts coordinates of a tool into the pixel of the desktop.
 * @param names  the arguments, for the error
 * @throws {ActionError} `InvalidParameter.<name>` if the point is outside of the desktop
 */
export function toDesktopPoint(
  { x, y }: Point,
  system: CoordinateSystem,
  desktop: Size,
  names = { x: 'x', y: 'y' },
): Point {
  const { width, height } = system === 'full' ? desktop : screenshotSize(desktop)
  const isRelative = system === 'relative'
  return {
    x: isRelative ? fromRelative(x, desktop.width, names.x) : fromPixel(x, width, desktop.width, names.x),
    y: isRelative ? fromRelative(y, desktop.height, names.y) : fromPixel(y, height, desktop.height, names.y),
  }
}

/** The desktop's pixel under the middle of a pixel of the picture. */
function fromPixel(value: number, length: number, desktopLength: number, name: string): number {
  const pixel = Math.floor(value)
  if (pixel >= length) throw invalidParameter(name, `must be from 0 to ${length - 1}`)
  return Math.floor(((pixel + 0.5) * desktopLength) / length)
}

function fromRelative(value: number, desktopLength: number, name: string): number {
  if (value > RELATIVE_MAX) throw invalidParameter(name, `must be from 0 to ${RELATIVE_MAX}`)
  return Math.min(Math.round((value * desktopLength) / RELATIVE_MAX), desktopLength - 1)
}
