import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { claimLoopbackBlock, type LoopbackBlock } from './loopback-block.ts'

// Two blocks that nothing else claims, not even another run of this test.
const first = 100 + 2 * (process.pid % 60)
const blocks = [`127.${first}`, `127.${first + 1}`] as const
const cidr = (index: 0 | 1) => `${blocks[index]}.0.0/16`
const claimed: LoopbackBlock[] = []
afterEach(async () => {
  await Promise.all(claimed.splice(0).map(({ release }) => release()))
})

async function claim(): Promise<string> {
  const block = await claimLoopbackBlock(blocks)
  claimed.push(block)
  return block.cidr
}

test('simultaneous claims get different blocks, and if none is left, an error that says so', async () => {
  const cidrs = await Promise.all([claim(), claim()])
  expect(cidrs.sort()).toEqual([cidr(0), cidr(1)].sort())
  await expect(claim()).rejects.toThrow(`${cidr(0)} to ${cidr(1)} are taken; stop another npm start, or`)
  await claimed.pop()?.release()
  expect(cidrs).toContain(await claim())
})

test('another process gets another block, which is free again when the process is killed', async () => {
  expect(await claim()).toBe(cidr(0))
  const other = claimInChild()
  expect(await other.cidr).toBe(cidr(1))
  other.kill()
  await other.ended
  expect(await claim()).toBe(cidr(1))
})

test('the default is a block from 127.16.0.0/16 on', async () => {
  const block = await claimLoopbackBlock()
  claimed.push(block)
  expect(block.cidr).toMatch(/^127\.(1[6-9]|[2-7]\d)\.0\.0\/16$/)
})

function claimInChild() {
  const module = join(import.meta.dirname, 'loopback-block.ts')
  const program = `const { claimLoopbackBlock } = await import(${JSON.stringify(module)})
    console.log((await claimLoopbackBlock(${JSON.stringify(blocks)})).cidr)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program])
  const cidr = new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())))
  const ended = new Promise((resolve) => child.once('close', resolve))
  return { cidr, ended, kill: () => child.kill('SIGKILL') }
}
