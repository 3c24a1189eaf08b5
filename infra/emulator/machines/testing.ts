import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { startOf } from './processes.ts'

/** For tests: a folder for temporary files of their own, and in it what stands in for the programs of desktops. */
export class FakePrograms {
  readonly #before = { PATH: process.env.PATH, TMPDIR: tmpdir() }
  readonly folder = mkdtempSync(join(tmpdir(), 'machines-test-'))

  constructor() {
    process.env.PATH = `${this.folder}${delimiter}${process.env.PATH}`
    process.env.TMPDIR = this.folder
  }

  /** Makes a program of the lines of a shell script. */
  add(name: string, ...lines: string[]): void {
    writeFileSync(join(this.folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  }

  remove(): void {
    Object.assign(process.env, this.#before)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The process ids in a file, once it is there. */
export function pidsIn(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

export const isAlive = (pid: number) => startOf(pid) !== undefined
