/**
 * Aborted by the first Ctrl-C, or another signal to end; the second ends the process at once. Also when a process that has
 * started this one, with a channel, is gone.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  process.once('disconnect', () => controller.abort())
  return controller.signal
}
