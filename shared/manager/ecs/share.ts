/**
 * Shares runs of a work among concurrent callers. A call that comes during a run waits for the next one, with all others that
 * wait: so each result is of a run that began after its caller asked. At most two run at a time.
 * @param work  gets the arguments of all callers that share the run; when it fails, it fails for each of them
 */
export function share<Argument, Result>(
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
    // Beside a run there is room for one more. Otherwise the end of a run begins it.
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

// Calls that come at nearly the same time share a run.
const GATHER_MS = 10

interface Batch<Argument, Result> {
  all: Argument[]
  result: Promise<Result>
  begin: () => void
}
