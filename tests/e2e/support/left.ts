import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findMarkedProcesses } from '../../../infra/emulator/machines/marked-processes.ts'

/** What there is on this computer of desktops in machines whose folders are below this one. */
export function left(folder: string) {
  return {
    processes: findMarkedProcesses((mark) => mark.startsWith(`${folder}/`)).length,
    folders: readdirSync(folder).filter((name) => name.startsWith('emulated-machines-')).length,
  }
}

/** The folder of a machine, below this one. */
export function machineIn(folder: string, InstanceId: string): string {
  const runs = readdirSync(folder).filter((name) => name.startsWith('emulated-machines-'))
  const machines = runs.flatMap((run) => readdirSync(join(folder, run)).map((machine) => join(folder, run, machine)))
  const machine = machines.find((path) => path.includes(InstanceId))
  if (!machine) throw new Error(`${InstanceId} has no folder`)
  return machine
}

/** The process of a machine's X server. */
export function serverIn(machine: string): number {
  return programIn(machine, 'Xtigervnc')[0] ?? 0
}

/** The processes of a program in a machine. */
export function programIn(machine: string, program: string): number[] {
  return findMarkedProcesses((mark) => mark === machine).filter((pid) => nameOf(pid) === program)
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return '' // it has ended just now
  }
}
