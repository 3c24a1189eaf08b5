import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isOfMachine, lockLimitOf } from './marked-processes.ts'

it('the filter of a machine matches its two marks only', () => {
  expect(lockLimitOf('/tmp/a/i-1-1')).toMatch(/^\d{5,10}$/)
  expect(Number(lockLimitOf('/tmp/a/i-1-1'))).toBeLessThan(2 ** 31)
  const matches = isOfMachine('/tmp/a/i-1-1', '/tmp/a/i-2-1')
  const marks = [
    '/tmp/a/i-2-1',
    lockLimitOf('/tmp/a/i-2-1'),
    '/tmp/a/i-3-1',
    lockLimitOf('/tmp/a/i-3-1'),
    'unlimited',
    '',
  ]
  expect(marks.map(matches)).toEqual([true, true, false, false, false, false])
})

it('nothing is found, and nothing breaks, in a process that can open no more files', () => {
  const program = `
    const { openSync } = await import('node:fs')
    const { findMarkedProcesses, signalMarkedProcesses, stopMarkedProcesses } = await import(${JSON.stringify(join(import.meta.dirname, 'marked-processes.ts'))})
    try { for (;;) openSync('/dev/null') } catch {}
    signalMarkedProcesses(() => true)
    await stopMarkedProcesses(() => true)
    process.stdout.write(String(findMarkedProcesses(() => true).length))`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('prlimit', ['--nofile=200', ...node], { encoding: 'utf8' })
  expect([stderr, stdout]).toEqual(['', '0'])
})
