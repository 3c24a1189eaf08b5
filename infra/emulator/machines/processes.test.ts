import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isOfMachine, limitOf } from './processes.ts'

it('a machine has two marks of its own', () => {
  expect(limitOf('/tmp/a/i-1-1')).toMatch(/^\d{5,10}$/)
  expect(Number(limitOf('/tmp/a/i-1-1'))).toBeLessThan(2 ** 31)
  const isWanted = isOfMachine('/tmp/a/i-1-1', '/tmp/a/i-2-1')
  const marks = ['/tmp/a/i-2-1', limitOf('/tmp/a/i-2-1'), '/tmp/a/i-3-1', limitOf('/tmp/a/i-3-1'), 'unlimited', '']
  expect(marks.map(isWanted)).toEqual([true, true, false, false, false, false])
})

it('nothing is found, and nothing breaks, in a process that can open no more files', () => {
  const program = `
    const { openSync } = await import('node:fs')
    const { endMarked, marked, tellMarked } = await import(${JSON.stringify(join(import.meta.dirname, 'processes.ts'))})
    try { for (;;) openSync('/dev/null') } catch {}
    tellMarked(() => true)
    await endMarked(() => true)
    process.stdout.write(String(marked(() => true).length))`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('prlimit', ['--nofile=200', ...node], { encoding: 'utf8' })
  expect([stderr, stdout]).toEqual(['', '0'])
})
