/** What a program of the benchmark can be asked for by the process that started it. */
export type Work = Record<string, (argument: never) => unknown>

export type Question = { id: number; name: string; argument: unknown }
export type Answer = { id: number; result?: unknown; error?: string }

/** Answers questions over the IPC channel, and ends with it. */
export function serve<W extends Work>(work: W): W {
  const send = process.send?.bind(process) as (answer: Answer) => void
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      send({ id, result: await work[name]?.(argument as never) })
    } catch (error) {
      send({ id, error: error instanceof Error ? error.stack || error.message : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
  return work
}
