import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { connectTcp } from '../../shared/desktop/connect-tcp.ts'
import { type Desktop, isReady, openDesktop, type Png } from '../../shared/desktop/index.ts'
import { SERVERS, startTestDesktop, type TestDesktop } from './test-desktop.ts'

const running: TestDesktop[] = []
afterEach(async () => {
  for (const desktop of running.splice(0)) await desktop.close()
})

async function start(...args: Parameters<typeof startTestDesktop>): Promise<TestDesktop> {
  const desktop = await startTestDesktop(...args)
  running.push(desktop)
  return desktop
}

/** Opens a terminal that has the focus, and starts `cat` in it, which writes to a file what is typed. */
async function openTerminal(server: TestDesktop): Promise<Desktop> {
  server.start('xterm', '-u8', '-geometry', '80x24+100+100')
  const desktop = await server.open()
  await expect.poll(() => desktop.hasContent()).toBe(true)
  const file = join(server.home, 'started')
  const typed = async () => {
    // Again and again: keys are lost before the terminal has the focus.
    await desktop.click({ at: { x: 300, y: 250 } })
    await desktop.type('touch started\n')
    return existsSync(file)
  }
  await expect.poll(typed, { interval: 300 }).toBe(true)
  return desktop
}

/** Types a text into a file with the terminal, and returns what the file has. */
async function typeIntoFile(server: TestDesktop, desktop: Desktop, text: string): Promise<string> {
  const file = join(server.home, 'typed')
  await desktop.type('stty -echo; cat > typed; touch finished\n')
  await expect.poll(() => existsSync(file)).toBe(true)
  await desktop.type(text)
  await desktop.press('ctrl+d')
  await expect.poll(() => existsSync(join(server.home, 'finished'))).toBe(true)
  return readFileSync(file, 'utf8')
}

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
const SHORT = `Hello 'World' "two" \`three\`\n\t${ASCII}\nMÄRZ é 中文字符测试 😀🎉\n`
const CHINESE = String.fromCodePoint(...Array.from({ length: 400 }, (_, index) => 0x4e00 + 7 * index))

/** Opens a window that reports the events it gets. */
async function openEventWindow(server: TestDesktop, desktop: Desktop) {
  const window = server.start('stdbuf', '-oL', 'xev', '-geometry', '400x300+600+300')
  let output = ''
  window.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  await desktop.move({ x: 1, y: 1 })
  await expect.poll(() => output).toContain('Expose')
  await desktop.click({ at: { x: 800, y: 450 } })
  await expect.poll(() => output).toContain('ButtonRelease')
  const takesKeys = async () => {
    await desktop.press('x')
    return events(output).includes('+x')
  }
  await expect.poll(takesKeys).toBe(true)
  // The window may get the keys of several tries together, and late.
  await expect
    .poll(async () => {
      const before = output.length
      await sleep(300)
      return output.length - before
    })
    .toBe(0)
  return {
    /** The events of a call, such as `+a -a` for a key and `+1 -1` for a button. */
    async eventsOf(call: () => Promise<void>, count: number): Promise<string> {
      output = ''
      await call()
      await expect.poll(() => events(output).length).toBeGreaterThanOrEqual(count)
      await sleep(100)
      return events(output).join(' ')
    },
  }
}

function events(output: string): string[] {
  const pattern = /(?:Key|Button)(Press|Release) event[\s\S]*?(?:keysym 0x\w+, (\w+)|button (\d))/g
  return Array.from(
    output.matchAll(pattern),
    ([, kind, key, button]) => `${kind === 'Press' ? '+' : '-'}${key ?? button}`,
  )
}

/** The place of a window on the screen. */
async function placeOf(server: TestDesktop, name: string): Promise<{ x: number; y: number }> {
  const output = (await server.run('xwininfo', '-name', name)).toString()
  const number = (label: string) => Number(new RegExp(`${label}: +(-?\\d+)`).exec(output)?.[1])
  return { x: number('Absolute upper-left X'), y: number('Absolute upper-left Y') }
}

/** The colours of a PNG of this driver, three bytes each. */
function decodePng({ bytes, width, height }: Png): Buffer {
  const file = Buffer.from(bytes)
  const start = file.indexOf('IDAT')
  const lines = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)))
  const length = 1 + 3 * width
  return Buffer.concat(Array.from({ length: height }, (_, row) => lines.subarray(row * length + 1, (row + 1) * length)))
}

/** The colours of the whole screen as X itself reports them, three bytes each. */
async function dumpScreen(server: TestDesktop): Promise<Buffer> {
  const file = await server.run('xwd', '-root', '-silent')
  const header = Array.from({ length: 25 }, (_, index) => file.readUInt32BE(4 * index))
  const [size = 0, , , , width = 0, height = 0] = header
  const [bytesPerLine = 0, , , , , , , colours = 0] = header.slice(12)
  const start = size + 12 * colours
  const result = Buffer.alloc(3 * width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = file.readUInt32LE(start + row * bytesPerLine + 4 * column)
      result.writeUIntBE(pixel & 0xffffff, 3 * (row * width + column), 3)
    }
  }
  return result
}

describe.each(SERVERS)('with %s', (name) => {
  test('types capital letters, quotes, Chinese, emoji, tabs and line breaks as they are', async () => {
    const server = await start(name)
    const desktop = await openTerminal(server)
    expect(await typeIntoFile(server, desktop, SHORT)).toBe(SHORT)
  })

  test('presses keys as a keyboard does, with Shift, and leaves Caps Lock alone', async () => {
    const server = await start(name)
    const desktop = await server.open()
    const window = await openEventWindow(server, desktop)
    const press = (combination: string, count: number) => window.eventsOf(() => desktop.press(combination), count)
    expect(await press('a', 2)).toBe('+a -a')
    expect(await press('A', 4)).toBe('+Shift_L +A -A -Shift_L')
    expect(await press('b', 2)).toBe('+b -b')
    expect(await press('ctrl+shift+t', 6)).toBe('+Control_L +Shift_L +T -T -Shift_L -Control_L')
    expect(await press('shift+Tab', 4)).toBe('+Shift_L +ISO_Left_Tab -ISO_Left_Tab -Shift_L')
    expect(await press('ctrl+alt+Delete', 6)).toBe('+Control_L +Alt_L +Delete -Delete -Alt_L -Control_L')
    expect(await press('PageDown', 2)).toBe('+Next -Next')
    expect(await press('F12', 2)).toBe('+F12 -F12')
    expect(await press('meta', 2)).toBe('+Super_L -Super_L')
    expect(await press('ctrl+-', 4)).toBe('+Control_L +minus -minus -Control_L')
  })

  test('clicks and scrolls with every button', async () => {
    const server = await start(name)
    const desktop = await server.open()
    const window = await openEventWindow(server, desktop)
    expect(await window.eventsOf(() => desktop.click({ count: 3 }), 6)).toBe('+1 -1 +1 -1 +1 -1')
    expect(await window.eventsOf(() => desktop.click({ button: 'middle' }), 2)).toBe('+2 -2')
    expect(await window.eventsOf(() => desktop.click({ button: 'right' }), 2)).toBe('+3 -3')
    expect(await window.eventsOf(() => desktop.scroll({ direction: 'up', amount: 2 }), 4)).toBe('+4 -4 +4 -4')
    expect(await window.eventsOf(() => desktop.scroll({ direction: 'down', amount: 1 }), 2)).toBe('+5 -5')
  })

  test('drags a window by its title', async () => {
    const server = await start(name)
    const desktop = await openTerminal(server)
    const target = { x: 321, y: 250 }
    const dragThere = async () => {
      const place = await placeOf(server, 'xterm')
      const title = { x: place.x + 150, y: place.y - 10 }
      await desktop.drag(title, { x: title.x + target.x - place.x, y: title.y + target.y - place.y })
      await sleep(200)
      return placeOf(server, 'xterm')
    }
    // Again on a machine so busy that the window manager sees the whole drag at once.
    await expect.poll(dragThere).toEqual(target)
  })

  test('selects a word with a double click, and a line with a triple click', async () => {
    const server = await start(name)
    const desktop = await openTerminal(server)
    await desktop.type("clear; printf 'one-word and_another more\\n%.0s' $(seq 20); sleep 1000\n")
    await sleep(500)
    const at = { x: 108, y: 200 }
    const selection = async (count: 2 | 3) => {
      await desktop.click({ at, count })
      return server.run('xclip', '-o', '-selection', 'primary').then(String, () => '')
    }
    await expect.poll(() => selection(2), { interval: 1000 }).toBe('one')
    await expect.poll(() => selection(3), { interval: 1000 }).toBe('one-word and_another more\n')
  })

  test('shows in a screenshot what X has on its screen', async () => {
    const server = await start(name)
    const desktop = await openTerminal(server)
    await server.run('xsetroot', '-solid', '#3377aa')
    await desktop.type('clear; ls -l --color=always /usr/bin | head -20\n')
    // The server draws the pointer into this corner.
    await desktop.move({ x: 1279, y: 799 })
    const isInCorner = (index: number) => index / 3 / 1280 > 770 && (index / 3) % 1280 > 1250
    const differences = async () => {
      const screen = await dumpScreen(server)
      const picture = decodePng(await desktop.screenshot())
      expect(picture.length).toBe(screen.length)
      return picture.reduce((count, byte, index) => count + (byte === screen[index] || isInCorner(index) ? 0 : 1), 0)
    }
    await expect.poll(differences, { interval: 500 }).toBe(0)
    const region = await desktop.screenshot({ region: { x: 1200, y: 10, width: 40, height: 30 } })
    expect(decodePng(region).toString('hex')).toBe('3377aa'.repeat(40 * 30))
    const small = await desktop.screenshot({ scale: 0.5 })
    expect([small.width, small.height]).toEqual([640, 400])
  })

  test('never shows a screen half painted', async () => {
    const server = await start(name)
    const desktop = await server.open()
    let isPainting = true
    const painting = (async () => {
      while (isPainting)
        for (const colour of ['#ff0000', '#00ff00', '#0000ff']) await server.run('xsetroot', '-solid', colour)
    })()
    const mixed: string[] = []
    const seen = new Set<string>()
    for (let count = 0; count < 20; count++) {
      const colours = decodePng(await desktop.screenshot())
      const painted = new Set<string>()
      for (let at = 0; at < colours.length; at += 3) painted.add(colours.toString('hex', at, at + 3))
      // X paints the screen at once: a picture with two of the colours was taken in two parts.
      const found = ['ff0000', '00ff00', '0000ff'].filter((colour) => painted.has(colour))
      if (found.length > 1) mixed.push(found.join(' '))
      for (const colour of found) seen.add(colour)
    }
    isPainting = false
    await painting
    expect(mixed).toEqual([])
    expect(seen.size).toBeGreaterThan(1)
  })

  test('takes a password, and refuses a wrong one', async () => {
    const server = await start(name, { password: 'secret12' })
    const desktop = await server.open({ password: 'secret12' })
    expect(desktop.size).toEqual({ width: 1280, height: 800 })
    const open = async (password?: string) => openDesktop(await connectTcp('127.0.0.1', server.port), { password })
    await expect(open('secret13')).rejects.toMatchObject({ code: 'AuthenticationFailed' })
    await expect(open()).rejects.toMatchObject({ code: 'AuthenticationFailed' })
  })

  test('leaves nothing pressed, when it closes and when the connection breaks', async () => {
    const server = await start(name)
    const watching = await server.open()
    const window = await openEventWindow(server, watching)
    const hold = async (desktop: Desktop) => {
      await desktop.move({ x: 800, y: 450 })
      await desktop.keyDown('shift')
      await desktop.keyDown('ctrl')
      await desktop.buttonDown('left')
    }
    const closed = await window.eventsOf(async () => {
      const desktop = await server.open()
      await hold(desktop)
      await desktop.close()
    }, 6)
    expect(closed).toBe('+Shift_L +Control_L +1 -Control_L -Shift_L -1')
    // x11vnc keeps the keys pressed.
    if (name === 'x11vnc') return
    const socket = await connectTcp('127.0.0.1', server.port)
    const breakConnection = async () => {
      await hold(await openDesktop(socket))
      socket.resetAndDestroy()
    }
    // What breaks, only the server can release: TigerVNC releases the keys, and the button with the next event of a
    // pointer.
    const events = await window.eventsOf(breakConnection, 5)
    expect(events.split(' ').sort()).toEqual(['+1', '+Control_L', '+Shift_L', '-Control_L', '-Shift_L'])
    expect(await window.eventsOf(() => watching.move({ x: 801, y: 450 }), 1)).toBe('-1')
  })

  test('reports a frozen server as Timeout and goes on after it, and a killed one as Closed', async () => {
    const server = await start(name)
    const desktop = await server.open()
    process.kill(server.serverPid, 'SIGSTOP')
    await expect(desktop.screenshot({ deadline: Date.now() + 300 })).rejects.toMatchObject({ code: 'Timeout' })
    const ready = () => isReady(() => connectTcp('127.0.0.1', server.port), { deadline: Date.now() + 300 })
    expect(await ready()).toBe(false)
    process.kill(server.serverPid, 'SIGCONT')
    expect((await desktop.screenshot()).width).toBe(1280)
    process.kill(server.serverPid, 'SIGKILL')
    await expect(desktop.screenshot()).rejects.toMatchObject({ code: 'Closed' })
    const connect = async () => (await connectTcp('127.0.0.1', server.port)).destroy()
    await expect.poll(() => connect().catch(({ code }) => code)).toBe('Unreachable')
  })

  test('is ready when it shows a window', async () => {
    const server = await start(name)
    const ready = (deadline = Date.now() + 20_000) => isReady(() => connectTcp('127.0.0.1', server.port), { deadline })
    await server.open()
    expect(await ready()).toBe(false)
    server.start('xterm')
    await expect.poll(() => ready()).toBe(true)
  })
})

describe('with TigerVNC only', () => {
  test('types more different characters than its keyboard has room for', async () => {
    const server = await start('TigerVNC')
    const desktop = await openTerminal(server)
    const text = `${CHINESE.slice(0, 200)}\n'A' ${CHINESE.slice(200)} "z"\n`
    expect(await typeIntoFile(server, desktop, text)).toBe(text)
  })

  test('shares the clipboard both ways, in Unicode', async () => {
    const server = await start('TigerVNC')
    const desktop = await server.open()
    const copy = (text: string): ChildProcess => {
      const program = server.start('xclip', '-i', '-selection', 'clipboard', '-loops', '0', '-quiet')
      program.stdin?.end(text)
      return program
    }
    copy('from the desktop: é 中 😀\nline 2\n')
    await expect.poll(() => desktop.readClipboard()).toBe('from the desktop: é 中 😀\nline 2\n')
    await desktop.writeClipboard('to the desktop: é 中 😀\nline 2')
    const paste = async (selection: string) =>
      (await server.run('xclip', '-o', '-selection', selection, '-t', 'UTF8_STRING')).toString()
    expect(await paste('clipboard')).toBe('to the desktop: é 中 😀\nline 2')
    expect(await paste('primary')).toBe('to the desktop: é 中 😀\nline 2')
  })

  test('follows the size of the desktop while it takes screenshots', async () => {
    const server = await start('TigerVNC')
    const desktop = await server.open()
    const sizes = ['1024x768', '1920x1200', '800x600', '1280x800']
    let isResizing = true
    const resizing = (async () => {
      for (let count = 0; count < 12; count++) await server.run('xrandr', '-s', sizes[count % 4] ?? '')
      isResizing = false
    })()
    const seen = new Set<string>()
    while (isResizing) {
      const png = await desktop.screenshot()
      expect(decodePng(png)).toHaveLength(3 * png.width * png.height)
      seen.add(`${png.width}x${png.height}`)
    }
    await resizing
    expect([...seen].filter((size) => !sizes.includes(size))).toEqual([])
    const last = await desktop.screenshot()
    expect([last.width, last.height]).toEqual([1280, 800])
    expect(desktop.size).toEqual({ width: 1280, height: 800 })
  })
})
