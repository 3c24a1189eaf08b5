import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Websockify = {
  /** With the pages of noVNC, and the WebSocket at /websockify. */
  url: string
  /** What it has written so far. */
  output: () => string
  close: () => Promise<void>
}

/** Starts the real websockify as infra/deploy/websockify/README.md has it, in front of the gateway at `gateway`, with noVNC's pages beside it. */
export async function startWebsockify(gateway: string, key: string, port: number): Promise<Websockify> {
  const source = `${gateway.replace('http://', `http://websockify:${key}@`)}/?Action=ValidateVncToken&Version=2020-04-01&Token=%s`
  const options = ['--heartbeat=30', '--web=/usr/share/novnc', '--token-plugin', 'JSONTokenApi']
  const child = spawn('websockify', [...options, '--token-source', source, `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // it has a process for each connection: all of them are ended as one group
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const ended = once(child, 'close')
  const close = async () => {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    if (await isUp(url)) return { url, output: () => output, close }
    if (tries === 50 || child.exitCode !== null) {
      await close()
      throw new Error(`websockify does not serve:\n${output}`)
    }
    await sleep(200)
  }
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/vnc.html`).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
