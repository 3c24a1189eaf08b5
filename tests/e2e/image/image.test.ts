import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Desktop, isReady, openDesktop } from '../../../shared/desktop/index.ts'
import { HOSTNAME, Machine } from './machine.ts'

const MINUTES = 60_000

test('shellcheck finds nothing', () => {
  const script = join(import.meta.dirname, '../../../infra/image/setup.sh')
  expect(execFileSync('shellcheck', [script], { encoding: 'utf8' })).toBe('')
})

describe('a machine with Debian 12', () => {
  let machine: Machine
  const opened: Desktop[] = []

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('This test boots a machine, which needs root: run it with sudo.')
    machine = new Machine()
    await machine.install()
    await machine.boot()
  }, 20 * MINUTES)

  afterEach(async () => {
    for (const desktop of opened.splice(0)) await desktop.close()
  })
  afterAll(() => machine?.remove(), 5 * MINUTES)

  async function open(): Promise<Desktop> {
    const desktop = await openDesktop(machine.connect())
    opened.push(desktop)
    return desktop
  }

  const ready = () => isReady(async () => machine.connect())

  test('has a unit in which systemd finds nothing, and which starts with the machine', async () => {
    expect(await machine.run('systemd-analyze verify sandbox-desktop.service 2>&1')).toBe('')
    expect(await machine.run('systemctl is-enabled sandbox-desktop.service')).toBe('enabled')
  })

  test('shows its desktop', async () => {
    await expect.poll(ready).toBe(true)
    expect((await open()).size).toEqual({ width: 1280, height: 800 })
  })

  test('takes what is typed into its terminal', async () => {
    await expect.poll(ready).toBe(true)
    const desktop = await open()
    const text = `It's "HELLO" \\ Grüße 中文 ~ 100%`
    const typed = async () => {
      // Again and again: keys are lost before the terminal has the focus.
      await desktop.click({ at: { x: 640, y: 320 } })
      await desktop.type(`cat > note.txt <<'END'\n${text}\nEND\n`)
      return machine.run('cat ~agent/note.txt').catch(() => '')
    }
    await expect.poll(typed, { interval: 1_000 }).toBe(text)
  })

  test.each(['127.0.0.1', HOSTNAME])('closes the VNC port of %s to its own users', async (host) => {
    const line = `exec 3<> /dev/tcp/${host}/5905 && head -c 12 <&3`
    expect(await machine.run(line)).toBe('RFB 003.008') // root
    for (const user of ['nobody', 'agent']) await expect(machine.run(line, user)).rejects.toThrow('Connection refused')
  })

  test('runs its programs as a user without root, among them a window manager', async () => {
    for (const program of ['xinit', 'Xtigervnc', 'openbox', 'xterm']) {
      expect(await machine.run(`stat --format=%U /proc/$(pidof -s ${program})`)).toBe('agent')
    }
    expect(await machine.run('id -nG agent')).toBe('agent')
    expect(await machine.run('passwd --status agent')).toMatch(/^agent L /)
  })

  test('never locks its screen or turns it black', async () => {
    expect(await machine.run('cat /proc/[0-9]*/comm')).not.toMatch(/lock|saver/i)
    expect(await machine.run(`${DISPLAY} xset q`, 'agent')).toMatch(/Screen Saver:\n.*\n +timeout: +0 /)
  })

  test('has fonts for Chinese', async () => {
    expect(await machine.run('fc-list :lang=zh-cn family')).toContain('Noto Sans CJK SC')
    expect(await machine.run('fc-match :lang=zh-cn family')).toContain('Noto Sans CJK SC')
  })

  test.each(['Xtigervnc', 'openbox', 'xinit'])('starts the desktop again when %s is killed', async (program) => {
    const pid = () => machine.run(`pidof -s ${program}`).catch(() => '')
    await expect.poll(pid).not.toBe('')
    const before = await pid()
    await machine.run(`kill -9 ${before}`)
    await expect.poll(async () => ['', before].includes(await pid())).toBe(false)
    await expect.poll(ready).toBe(true)
  })

  test('has a browser that shows pages', async () => {
    const page = 'data:text/html,<body style="background: rgb(200, 30, 40)">'
    await machine.run(`cd; ${DISPLAY} setsid x-www-browser '${page}' > /tmp/browser.log 2>&1 &`, 'agent')
    const desktop = await open()
    const red = async () => {
      const { data } = PNG.sync.read(Buffer.from((await desktop.screenshot()).bytes))
      let count = 0
      for (let at = 0; at < data.length; at += 4) if (data.readUIntBE(at, 3) === 0xc81e28) count += 1
      return count
    }
    await expect.poll(red).toBeGreaterThan(100_000)
  })
})

const DISPLAY = 'DISPLAY=:5 XAUTHORITY=/run/sandbox-desktop/authority XDG_RUNTIME_DIR=/run/sandbox-desktop'
