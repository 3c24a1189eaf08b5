import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/index.ts'
import type { Variables } from './environment.ts'
import { checkDesktops, machinesFor } from './machines.ts'
import { configFileOf, localEnvironment } from './stage.ts'

const configWith = (settings: Variables) =>
  loadConfig({ file: configFileOf({}), env: localEnvironment(settings, 'http://127.0.0.1:1') })

test('machines run what the functions expect there', () => {
  expect(machinesFor(configWith({}), true)).toEqual({
    desktops: { port: 5905 },
    passwordAgent: { port: 8112, user: 'ecs', key: 'local-agent-key' },
  })
  const settings = {
    ECS_MANAGER__TERMINAL__VNC_PORT: '5999',
    ECS_MANAGER__WINDOWS__AGENT_PORT: '8999',
    ECS_MANAGER__WINDOWS__AGENT_USER: 'desk',
    ECS_MANAGER__WINDOWS__AGENT_KEY: 'own-key',
  }
  expect(machinesFor(configWith(settings), true)).toEqual({
    desktops: { port: 5999 },
    passwordAgent: { port: 8999, user: 'desk', key: 'own-key' },
  })
})

test('no desktops without the flag, and no agent if the functions use https', () => {
  expect(machinesFor(configWith({ ECS_MANAGER__WINDOWS__AGENT_SCHEME: 'https' }), false)).toEqual({})
})

test('desktops need Linux', () => {
  expect(() => checkDesktops('darwin')).toThrow('--desktops needs Linux')
})

test('missing programs are reported with the command that installs them, in one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'machines-test-'))
  const install = (program: string, mode = 0o755) => {
    writeFileSync(join(folder, program), '')
    chmodSync(join(folder, program), mode)
  }
  const check = () => checkDesktops('linux', `/nowhere:${folder}`)
  const line = 'sudo apt-get install -y --no-install-recommends'
  expect(check).toThrow(`${line} tigervnc-standalone-server openbox xterm util-linux`)
  expect(check).toThrow(expect.objectContaining({ name: 'LocalError', message: expect.stringMatching(/^[^\n]*$/) }))
  install('Xtigervnc')
  install('setpriv')
  install('prlimit')
  install('openbox', 0o644) // not a program
  expect(check).toThrow(`${line} openbox xterm`)
  install('openbox')
  install('xterm')
  expect(check).not.toThrow()
  rmSync(folder, { recursive: true })
})
