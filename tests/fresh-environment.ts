import { vi } from 'vitest'

/**
 * Many files run in one process, one after the other: each begins with real timers, and with the environment and the
 * folder that the process began with, whatever the one before has left.
 */
const start = Symbol.for('how this process of tests began')
type Start = { environment: NodeJS.ProcessEnv; folder: string }
const known = globalThis as { [start]?: Start }
known[start] ??= { environment: { ...process.env }, folder: process.cwd() }
const { environment, folder } = known[start]

vi.useRealTimers()
vi.unstubAllGlobals()
process.chdir(folder)
for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
Object.assign(process.env, environment)
