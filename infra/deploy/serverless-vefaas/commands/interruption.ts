/**
 * Returns a signal that the first Ctrl-C, SIGTERM or SIGHUP aborts; a second one kills the process. If a process has
 * started this one with an IPC channel, the end of that process aborts it too.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  process.once('disconnect', () => controller.abort())
  return controller.signal
}
