import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError, call, type Results, type Sandbox } from '../common/api.ts'
import { createClientTokens } from './client-token.ts'
import { forgetListed, type OwnActions, withOwnActions } from './own-actions.ts'
import { pollInterval } from './poll-interval.ts'
import { createPoller, type Poller } from './poller.ts'

export type Wanted = { OsType: 'Linux' | 'Windows'; InstanceName?: string; LifetimeSeconds?: number }

export type Sandboxes = {
  /** The newest first; undefined until there was an answer. */
  list: readonly Sandbox[] | undefined
  /** Why there is no newer list. */
  failure: ApiError | undefined
  refresh(): void
  /** Rejects with ApiError, as the following do. */
  create(wanted: Wanted): Promise<Results['CreateSandbox']>
  renew(sandboxId: string, seconds: number): Promise<Results['RenewSandbox']>
  /** One that is gone already counts as deleted. */
  remove(sandboxId: string): Promise<void>
}

/** All sandboxes, looked at as often as they change, and what can be done with them. */
export function useSandboxes(): Sandboxes {
  const [listed, setListed] = useState<readonly Sandbox[]>()
  const [failure, setFailure] = useState<ApiError>()
  const [own, setOwn] = useState<OwnActions>({ made: [], deleted: [] })
  const list = useMemo(() => listed && withOwnActions(listed, own, Date.now()), [listed, own])

  // What the poller reads: as of the latest drawing.
  const seen = useRef({ list, failure, failures: 0, changedAt: 0, fingerprint: '' })
  Object.assign(seen.current, { list, failure })
  const fingerprint = (list ?? []).map(({ SandboxId, Status }) => `${SandboxId} ${Status}`).join()
  if (fingerprint !== seen.current.fingerprint) Object.assign(seen.current, { fingerprint, changedAt: Date.now() })

  const poller = useRef<Poller | undefined>(undefined)
  useEffect(() => {
    poller.current = createPoller({
      async look(signal) {
        try {
          const found = await call('DescribeSandboxes', {}, { signal })
          setListed(found)
          setOwn((own) => forgetListed(own, found))
          setFailure(undefined)
          seen.current.failures = 0
        } catch (error) {
          if (signal.aborted) return
          setFailure(asApiError(error))
          seen.current.failures += 1
        }
        await drawn()
      },
      pause() {
        const { list = [], failure, failures, changedAt } = seen.current
        if (document.hidden || failure?.status === 401) return undefined // until it is seen; until there is a key
        return pollInterval({ statuses: list.map(({ Status }) => Status), quietFor: Date.now() - changedAt, failures })
      },
    })
    const wake = () => {
      if (!document.hidden) poller.current?.wake()
    }
    wake()
    document.addEventListener('visibilitychange', wake)
    addEventListener('focus', wake)
    addEventListener('online', wake)
    return () => {
      poller.current?.stop()
      document.removeEventListener('visibilitychange', wake)
      removeEventListener('focus', wake)
      removeEventListener('online', wake)
    }
  }, [])

  return { list, failure, ...useMemo(() => actions(setOwn, () => poller.current?.refresh()), []) }
}

type Actions = Omit<Sandboxes, 'list' | 'failure'>

function actions(setOwn: (change: (own: OwnActions) => OwnActions) => void, refresh: () => void): Actions {
  const tokens = createClientTokens()
  return {
    refresh,
    async create(wanted) {
      const parameters = { ...wanted, ClientToken: tokens.tokenFor(wanted) }
      try {
        const made = await call('CreateSandbox', parameters)
        tokens.forget()
        const sandbox: Sandbox = {
          ...made,
          Status: 'CREATING',
          OsType: wanted.OsType,
          InstanceTypeId: '',
          ...(wanted.InstanceName && { InstanceName: `sandbox-${wanted.InstanceName}` }),
          CreatedAt: new Date().toISOString(),
        }
        setOwn(({ made, deleted }) => ({ made: [...made, { sandbox, at: Date.now() }], deleted }))
        return made
      } catch (error) {
        if (asApiError(error).code === 'IdempotentParameterMismatch') tokens.forget()
        throw error
      } finally {
        refresh() // also after a failure: the machine may exist
      }
    },
    async renew(SandboxId, LifetimeSeconds) {
      try {
        return await call('RenewSandbox', { SandboxId, LifetimeSeconds })
      } finally {
        refresh()
      }
    },
    async remove(SandboxId) {
      const note = (at: number | undefined, isWanted = true) =>
        setOwn(({ made, deleted }) => ({
          made,
          deleted: [
            ...deleted.filter(({ sandboxId }) => sandboxId !== SandboxId),
            ...(isWanted ? [{ sandboxId: SandboxId, at }] : []),
          ],
        }))
      note(undefined)
      try {
        await call('DeleteSandbox', { SandboxId })
        note(Date.now())
      } catch (error) {
        if (asApiError(error).code !== 'InvalidSandbox.NotFound') {
          note(undefined, false)
          throw error
        }
        note(Date.now())
      } finally {
        refresh()
      }
    },
  }
}

/** When what was set has been drawn. */
const drawn = () => new Promise((resolve) => setTimeout(resolve))
