import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { startTimeOf } from './marked-processes.ts'

/** For tests: a TMPDIR with programs that stand in for those of a desktop, first in the PATH. */
export class FakePrograms {
  readonly #before = { PATH: process.env.PATH, TMPDIR: tmpdir() }
  readonly folder = mkdtempSync(join(tmpdir(), 'machines-test-'))

  constructor() {
    process.env.PATH = `${this.folder}${delimiter}${process.env.PATH}`
    process.env.TMPDIR = this.folder
  }

  /** Adds a program: the lines of a shell script. */
  add(name: string, ...lines: string[]): void {
    writeFileSync(join(this.folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  }

  remove(): void {
    Object.assign(process.env, this.#before)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The process ids in a file, one a line; none if it does not exist. */
export function readPids(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

export const isProcessRunning = (pid: number) => startTimeOf(pid) !== undefined
