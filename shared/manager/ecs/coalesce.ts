/**
 * Lets concurrent callers share runs of a function. A call during a run waits for the next run and shares it with all
 * other waiting calls, so each result comes from a run that started after the call. At most two runs take place at a
 * time.
 * @param work  gets the arguments of all callers that share the run; if it throws, all of them get the error
 */
export function coalesce<Argument, Result>(
  work: (all: readonly Argument[]) => Promise<Result>,
): (argument: Argument) => Promise<Result> {
  let running = 0
  let next: Batch<Argument, Result> | undefined

  async function run(all: readonly Argument[]): Promise<Result> {
    running += 1
    try {
      return await work(all)
    } finally {
      running -= 1
      next?.begin()
    }
  }

  function newBatch(): Batch<Argument, Result> {
    const all: Argument[] = []
    let begin = () => {}
    const result = new Promise<Result>((resolve) => {
      begin = () => {
        clearTimeout(timer)
        next = undefined
        resolve(run(all))
      }
    })
    // A second run may start beside the first. With two runs, the batch starts when one of them ends.
    const timer = running === 1 ? setTimeout(begin, GATHER_MS) : undefined
    return { all, result, begin }
  }

  return (argument) => {
    if (next === undefined && running === 0) return run([argument])
    next ??= newBatch()
    next.all.push(argument)
    return next.result
  }
}

// Calls within this time share a run.
const GATHER_MS = 10

interface Batch<Argument, Result> {
  all: Argument[]
  result: Promise<Result>
  begin: () => void
}
