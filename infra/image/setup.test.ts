import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { expect, it } from 'vitest'
import { VNC_ARGUMENTS } from '../emulator/machines/vnc-arguments.ts'

// tests/e2e/image runs the script.
const script = readFileSync(join(import.meta.dirname, 'setup.sh'), 'utf8')

it('starts the VNC server with the arguments of local desktops', () => {
  const unit = /^\[Service\]$.*?^EOF$/ms.exec(script)?.[0].replaceAll(/\s*\\\\\n\s*/g, ' ')
  const command = /^ExecStart=.* \/usr\/bin\/Xtigervnc (.*)$/m.exec(unit ?? '')?.[1]
  const own = ':5 -auth /run/sandbox-desktop/authority -rfbport $VNC_PORT -desktop %H $security'
  expect(command).toBe(`${own} ${VNC_ARGUMENTS.join(' ')}`)
})

it('is a valid instance.user_data, between three single quotes in TOML', () => {
  const { instance } = parse(`[instance]\nuser_data = '''\n${script}'''\n`) as { instance: { user_data: string } }
  expect(instance.user_data).toBe(script)
  expect(script.startsWith('#!/bin/bash\n')).toBe(true) // cloud-init runs what starts with #!
  expect(Buffer.byteLength(script)).toBeLessThanOrEqual(16_384)
})
