import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import type { Button, Desktop, Point } from '../../shared/desktop/index.ts'
import { integer, Text } from '../../shared/handler/parameter-schemas.ts'
import { tool } from '../../shared/handler/tool.ts'
import { SandboxIdArgument } from './arguments.ts'
import { CoordinatesArgument, coordinate, SCALE_RULE, scaleOf, screenshotSize, toDesktopPoint } from './coordinates.ts'
import { lastPosition, rememberPosition } from './last-position.ts'
import { sandboxId } from './sandbox-data.ts'
import { useDesktop } from './use-desktop.ts'

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true }
// What a click or a key does depends on the program in the desktop.
const INPUT = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true }
const MOVE = { ...INPUT, destructiveHint: false, idempotentHint: true }

const MAX_TEXT = 10_000
const MAX_WAIT_SECONDS = 60

const pixels = (description: string) => v.pipe(v.number(), v.integer(), v.metadata({ description }))

const place = {
  sandbox_id: SandboxIdArgument,
  x: coordinate('From the left edge.'),
  y: coordinate('From the upper edge.'),
  coordinates: CoordinatesArgument,
}

/** The size of a screenshot, which is the range of x and y. */
const range = {
  screenshot_width: pixels('Width of a screenshot.'),
  screenshot_height: pixels('Height of a screenshot.'),
}

const Done = v.object({ sandbox_id: sandboxId, ...range })

const Pointer = v.object({
  sandbox_id: sandboxId,
  x: pixels('Where the pointer is, in pixels of a screenshot.'),
  y: pixels('Where the pointer is, in pixels of a screenshot.'),
  ...range,
})

function rangeOf({ size }: Desktop) {
  const { width, height } = screenshotSize(size)
  return { screenshot_width: width, screenshot_height: height }
}

/** Remembers where the pointer is, and describes it for `Pointer`. */
function moved(desktop: Desktop, sandboxId: string, position: Point) {
  rememberPosition(sandboxId, position)
  return pointerData(desktop, sandboxId, position)
}

function pointerData(desktop: Desktop, sandbox_id: string, { x, y }: Point) {
  const { screenshot_width, screenshot_height } = rangeOf(desktop)
  const scaled = (value: number, length: number, desktopLength: number) => Math.floor((value * length) / desktopLength)
  return {
    sandbox_id,
    x: scaled(x, screenshot_width, desktop.size.width),
    y: scaled(y, screenshot_height, desktop.size.height),
    screenshot_width,
    screenshot_height,
  }
}

const screenshot = tool({
  name: 'screenshot',
  title: 'Take a screenshot',
  description: `Shows the desktop of a sandbox as it is now. ${SCALE_RULE} x and y of the other tools are pixels of this picture,
unless their argument coordinates says otherwise.`,
  right: 'UseDesktop',
  annotations: READ_ONLY,
  input: v.object({
    sandbox_id: SandboxIdArgument,
    full: v.optional(
      v.pipe(
        v.boolean('must be true or false'),
        v.metadata({ description: 'Do not scale the picture. Other tools then need coordinates=full.' }),
      ),
      false,
    ),
  }),
  output: v.object({
    sandbox_id: sandboxId,
    width: pixels('Width of this picture.'),
    height: pixels('Height of this picture.'),
    desktop_width: pixels('Width of the desktop.'),
    desktop_height: pixels('Height of the desktop.'),
    coordinates: v.pipe(
      v.picklist(['screenshot', 'full']),
      v.metadata({ description: 'The argument coordinates for positions in this picture.' }),
    ),
  }),
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'full' }, async (desktop, id, limits) => {
      const scale = input.full ? 1 : scaleOf(desktop.size)
      const { bytes, width, height } = await desktop.screenshot({ scale, ...limits })
      const { width: desktop_width, height: desktop_height } = desktop.size
      const coordinates = input.full ? 'full' : 'screenshot'
      return { data: { sandbox_id: id, width, height, desktop_width, desktop_height, coordinates }, picture: bytes }
    }),
})

const move = tool({
  name: 'move_mouse',
  title: 'Move the mouse',
  description: 'Moves the pointer, for example to show a menu or a hint.',
  right: 'UseDesktop',
  annotations: MOVE,
  input: v.object(place),
  output: Pointer,
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'x' }, async (desktop, id, limits) => {
      const point = toDesktopPoint(input, input.coordinates, desktop.size)
      await desktop.move(point, limits)
      return { data: moved(desktop, id, point) }
    }),
})

const BUTTONS = ['Left', 'Right', 'Middle', 'DoubleLeft', 'TripleLeft'] as const

const CLICKS: Record<(typeof BUTTONS)[number], { button: Button; count: 1 | 2 | 3 }> = {
  Left: { button: 'left', count: 1 },
  Right: { button: 'right', count: 1 },
  Middle: { button: 'middle', count: 1 },
  DoubleLeft: { button: 'left', count: 2 },
  TripleLeft: { button: 'left', count: 3 },
}

const click = tool({
  name: 'click_mouse',
  title: 'Click',
  description: 'Moves the pointer and clicks.',
  right: 'UseDesktop',
  annotations: INPUT,
  input: v.object({
    ...place,
    button: v.optional(
      v.pipe(
        v.picklist(BUTTONS, `must be one of ${BUTTONS.join(', ')}`),
        v.metadata({ description: 'The button. DoubleLeft is a double click, TripleLeft a triple click.' }),
      ),
      'Left',
    ),
  }),
  output: Pointer,
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'x' }, async (desktop, id, limits) => {
      const at = toDesktopPoint(input, input.coordinates, desktop.size)
      await desktop.click({ at, ...CLICKS[input.button], ...limits })
      return { data: moved(desktop, id, at) }
    }),
})

const drag = tool({
  name: 'drag_mouse',
  title: 'Drag',
  description: 'Presses the left button at the source, moves to the target, and releases the button there.',
  right: 'UseDesktop',
  annotations: INPUT,
  input: v.object({
    sandbox_id: SandboxIdArgument,
    source_x: coordinate('Where to press the button.'),
    source_y: coordinate('Where to press the button.'),
    target_x: coordinate('Where to release the button.'),
    target_y: coordinate('Where to release the button.'),
    coordinates: CoordinatesArgument,
  }),
  output: Pointer,
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'source_x' }, async (desktop, id, limits) => {
      const end = (name: 'source' | 'target') => {
        const point = { x: input[`${name}_x`], y: input[`${name}_y`] }
        return toDesktopPoint(point, input.coordinates, desktop.size, { x: `${name}_x`, y: `${name}_y` })
      }
      const source = end('source')
      const target = end('target')
      await desktop.drag(source, target, limits)
      return { data: moved(desktop, id, target) }
    }),
})

const DIRECTIONS = ['up', 'down', 'left', 'right'] as const

const scroll = tool({
  name: 'scroll',
  title: 'Scroll',
  description: 'Moves the pointer and turns the wheel.',
  right: 'UseDesktop',
  annotations: { ...INPUT, destructiveHint: false },
  input: v.object({
    ...place,
    direction: v.pipe(
      v.picklist(DIRECTIONS, `must be one of ${DIRECTIONS.join(', ')}`),
      v.metadata({ description: 'down shows what is further down.' }),
    ),
    amount: v.optional(
      v.pipe(integer(1, 100), v.metadata({ description: 'Steps of the wheel, of a few lines each.' })),
      5,
    ),
  }),
  output: Pointer,
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'amount' }, async (desktop, id, limits) => {
      const at = toDesktopPoint(input, input.coordinates, desktop.size)
      await desktop.scroll({ at, direction: input.direction, amount: input.amount, ...limits })
      return { data: moved(desktop, id, at) }
    }),
})

const press = tool({
  name: 'press_key',
  title: 'Press a key',
  description: 'Presses and releases a key or a combination of keys. For text, use type_text.',
  right: 'UseDesktop',
  annotations: INPUT,
  input: v.object({
    sandbox_id: SandboxIdArgument,
    key: v.pipe(
      Text,
      v.maxLength(100, 'must have at most 100 characters'),
      v.metadata({ description: 'For example Return, Escape, Page_Down, F5, ctrl+c or ctrl+shift+t.' }),
    ),
  }),
  output: Done,
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'key' }, async (desktop, id, limits) => {
      await desktop.press(input.key, limits)
      return { data: { sandbox_id: id, ...rangeOf(desktop) } }
    }),
})

const type = tool({
  name: 'type_text',
  title: 'Type a text',
  description: `Types a text exactly as it is, in any script, into what has the focus. A line break presses Return. Where the desktop
allows it, characters beyond ASCII are pasted, which replaces the text of its clipboard.`,
  right: 'UseDesktop',
  annotations: INPUT,
  input: v.object({
    sandbox_id: SandboxIdArgument,
    text: v.pipe(
      Text,
      v.maxLength(MAX_TEXT, `must have at most ${MAX_TEXT} characters`),
      v.metadata({ description: 'The text.' }),
    ),
  }),
  output: Done,
  async run(input, call) {
    // It may be a password.
    call.log.secret(input.text)
    return useDesktop(call, { sandboxId: input.sandbox_id, argument: 'text' }, async (desktop, id, limits) => {
      await desktop.type(input.text, limits)
      return { data: { sandbox_id: id, ...rangeOf(desktop) } }
    })
  },
})

const remembered = pixels('Where this endpoint moved the pointer last, in pixels of a screenshot.')

const cursor = tool({
  name: 'get_cursor_position',
  title: 'Get the position of the pointer',
  description: `Returns where this endpoint remembers to have moved the pointer. Desktops do not report where it is: a person,
another program or another instance of this endpoint may have moved it since. x and y are absent if nothing is remembered. To know
the position, call move_mouse, or look at a screenshot, which shows the pointer.`,
  right: 'UseDesktop',
  annotations: READ_ONLY,
  input: v.object({ sandbox_id: SandboxIdArgument }),
  output: v.object({ sandbox_id: sandboxId, x: v.optional(remembered), y: v.optional(remembered), ...range }),
  run: (input, call) =>
    useDesktop(call, { sandboxId: input.sandbox_id, argument: 'sandbox_id' }, async (desktop, id) => {
      const position = lastPosition(id)
      return { data: position ? pointerData(desktop, id, position) : { sandbox_id: id, ...rangeOf(desktop) } }
    }),
})

const wait = tool({
  name: 'wait',
  title: 'Wait',
  description: 'Waits, for example until a page has loaded. Take a screenshot afterwards.',
  right: 'UseDesktop',
  annotations: { ...READ_ONLY, openWorldHint: false },
  input: v.object({
    seconds: v.optional(v.pipe(integer(0, MAX_WAIT_SECONDS), v.metadata({ description: 'How long to wait.' })), 1),
  }),
  output: v.object({
    waited_seconds: v.pipe(v.number(), v.metadata({ description: 'Less than asked for if the call has less time.' })),
  }),
  async run({ seconds }, { deadline }) {
    const milliseconds = Math.max(0, Math.min(seconds * 1_000, deadline - Date.now() - 1_000))
    await sleep(milliseconds)
    return { data: { waited_seconds: milliseconds / 1_000 } }
  },
})

/** The tools that show and control a desktop. */
export const DESKTOP_TOOLS = [screenshot, move, click, drag, scroll, press, type, cursor, wait]
