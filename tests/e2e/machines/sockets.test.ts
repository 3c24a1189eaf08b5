import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callerOf, runningSandbox } from '../support/api.ts'
import { left } from '../support/left.ts'
import { viewSoon } from '../support/rfb.ts'

const project = join(import.meta.dirname, '../../..')

/** A view of the files of its own; who is not root takes part as root of a user namespace. */
const unshare = ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]

// As WSL2 mounts it for the X server of its own.
const mount = 'mount -t tmpfs -o ro,mode=1777 tmpfs /tmp/.X11-unix'

test.runIf(isAllowed())('where the folder of X sockets is read-only, a desktop has its terminal', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'sockets-test-'))
  const npmStart = 'exec node --import tsx infra/local/index.ts --port 0 --ecs-port 0 --boot-seconds 0 --desktops'
  const [program = '', ...args] = [...unshare, 'sh', '-ec', `${mount}; ${npmStart}`]
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  }
  try {
    await expect.poll(() => output).toMatch(/^ready http:.*\n/m)
    const { PrimaryIp } = await runningSandbox(callerOf(/^ready (.*)$/m.exec(output)?.[1] ?? ''))
    const viewer = await viewSoon(PrimaryIp)
    await expect.poll(async () => new Set(await viewer.pixels()).size).toBeGreaterThan(50)
    viewer.close()
    expect(output).not.toContain('next try in')
  } finally {
    child.kill('SIGINT')
    await ended
  }
  expect(left(temporary)).toEqual({ processes: 0, folders: 0 })
  rmSync(temporary, { recursive: true })
})

/** Not in every container. */
function isAllowed(): boolean {
  const [program = '', ...args] = [...unshare, 'sh', '-ec', `mkdir -p /tmp/.X11-unix; ${mount}`]
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
