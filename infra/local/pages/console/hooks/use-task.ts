import { useState } from 'preact/hooks'
import { asCallError, type CallError } from '../../common/api.ts'

/** Runs one task at a time. `failure` is the error of the last one. */
export function useTask() {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallError>()
  const run = async (task: () => Promise<unknown>) => {
    if (isBusy) return
    setBusy(true)
    setFailure(undefined)
    try {
      await task()
    } catch (error) {
      setFailure(asCallError(error))
    }
    setBusy(false)
  }
  return { isBusy, failure, run }
}
