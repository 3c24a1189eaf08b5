/**
 * Lets many share work that all of them want at once. Whoever asks while it runs waits for the next run, and all who wait
 * share that one. So each result is of a run that began after its caller asked, and no two run at a time.
 * @param work  gets the arguments of all who share the run; when it fails, it fails for each of them
 */
export function share<Argument, Result>(
  work: (all: readonly Argument[]) => Promise<Result>,
): (argument: Argument) => Promise<Result> {
  let running: Promise<unknown> | undefined
  let next: { all: Argument[]; result: Promise<Result> } | undefined

  function start(all: readonly Argument[]): Promise<Result> {
    const result = work(all)
    running = result.then(end, end)
    return result
  }

  function end(): void {
    running = undefined
  }

  return (argument) => {
    if (next === undefined) {
      if (running === undefined) return start([argument])
      const all: Argument[] = []
      const result = running.then(() => {
        next = undefined
        return start(all)
      })
      next = { all, result }
    }
    next.all.push(argument)
    return next.result
  }
}
