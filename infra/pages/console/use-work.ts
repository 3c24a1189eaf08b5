import { useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../common/api.ts'

/** Something that is done once at a time, and why it last failed. */
export function useWork() {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiError>()
  const run = async (work: () => Promise<unknown>) => {
    if (isBusy) return
    setBusy(true)
    setFailure(undefined)
    try {
      await work()
    } catch (error) {
      setFailure(asApiError(error))
    }
    setBusy(false)
  }
  return { isBusy, failure, run }
}
