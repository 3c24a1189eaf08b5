import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type ActionResults, asCallError, type CallError, callAction, type Sandbox } from '../../common/api.ts'
import { createClientTokens } from './client-token.ts'
import { applyLocalChanges, dropListed, type LocalChanges } from './local-changes.ts'
import { pollInterval } from './poll-interval.ts'
import { createPoller, type Poller } from './poller.ts'

export type CreateParameters = {
  OsType: 'Linux' | 'Windows'
  InstanceName?: string
  LifetimeSeconds?: number
  InstanceType?: string
  ImageId?: string
  ZoneId?: string
  TagKey?: string
  TagValue?: string
}

export type Sandboxes = {
  /** The newest first; undefined until there is a first list. */
  list: readonly Sandbox[] | undefined
  /** When the list was received, in milliseconds since 1970. */
  updatedAt: number | undefined
  /** Why the last poll failed, if it did. */
  failure: CallError | undefined
  refresh(): void
  /** Rejects with CallError, like the following functions. */
  create(parameters: CreateParameters): Promise<ActionResults['CreateSandbox']>
  renew(sandboxId: string, seconds: number): Promise<ActionResults['RenewSandbox']>
  /** Succeeds if the sandbox does not exist any more. */
  remove(sandboxId: string): Promise<void>
}

/** Returns all sandboxes, polled as often as their status requires, and the actions on them. */
export function useSandboxes(): Sandboxes {
  const [listed, setListed] = useState<readonly Sandbox[]>()
  const [updatedAt, setUpdatedAt] = useState<number>()
  const [failure, setFailure] = useState<CallError>()
  const [changes, setChanges] = useState<LocalChanges>({ created: [], deleted: [] })
  const list = useMemo(() => listed && applyLocalChanges(listed, changes, Date.now()), [listed, changes])

  // The state of the latest rendering, for the poller.
  const latest = useRef({ list, failure, failures: 0, changedAt: Date.now(), fingerprint: '' })
  Object.assign(latest.current, { list, failure })
  const fingerprint = (list ?? []).map(({ SandboxId, Status }) => `${SandboxId} ${Status}`).join()
  if (fingerprint !== latest.current.fingerprint) Object.assign(latest.current, { fingerprint, changedAt: Date.now() })

  const poller = useRef<Poller | undefined>(undefined)
  useEffect(() => {
    poller.current = createPoller({
      async poll(signal) {
        try {
          const sandboxes = await callAction('DescribeSandboxes', {}, signal)
          setListed(sandboxes)
          setUpdatedAt(Date.now())
          setChanges((changes) => dropListed(changes, sandboxes))
          setFailure(undefined)
          latest.current.failures = 0
        } catch (error) {
          if (signal.aborted) return
          setFailure(asCallError(error))
          latest.current.failures += 1
        }
        await rendered()
      },
      nextDelay() {
        const { list = [], failure, failures, changedAt } = latest.current
        // Wait until the page is visible, or until there is a key.
        if (document.hidden || failure?.status === 401) return undefined
        const statuses = list.map(({ Status }) => Status)
        return pollInterval({ statuses, unchangedMs: Date.now() - changedAt, failures })
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

  const actions = useMemo(() => createActions(setChanges, () => poller.current?.refresh()), [])
  return { list, updatedAt, failure, ...actions }
}

type Actions = Omit<Sandboxes, 'list' | 'updatedAt' | 'failure'>
type SetChanges = (update: (changes: LocalChanges) => LocalChanges) => void

function createActions(setChanges: SetChanges, refresh: () => void): Actions {
  const tokens = createClientTokens()

  const markDeleted = (sandboxId: string, at: number | undefined) => {
    setChanges(({ created, deleted }) => {
      const others = deleted.filter((deletion) => deletion.sandboxId !== sandboxId)
      return { created, deleted: [...others, { sandboxId, at }] }
    })
  }
  const unmarkDeleted = (sandboxId: string) => {
    setChanges(({ created, deleted }) => {
      return { created, deleted: deleted.filter((deletion) => deletion.sandboxId !== sandboxId) }
    })
  }

  return {
    refresh,
    async create(parameters) {
      try {
        const ClientToken = tokens.tokenFor(parameters)
        const result = await callAction('CreateSandbox', { ...parameters, ClientToken })
        tokens.forget()
        const sandbox: Sandbox = {
          ...result,
          Status: 'CREATING',
          OsType: parameters.OsType,
          InstanceTypeId: parameters.InstanceType ?? '',
          ...(parameters.InstanceName && { InstanceName: `sandbox-${parameters.InstanceName}` }),
          CreatedAt: new Date().toISOString().replace(/\.\d+/, ''),
        }
        setChanges(({ created, deleted }) => ({ created: [...created, { sandbox, at: Date.now() }], deleted }))
        return result
      } catch (error) {
        if (asCallError(error).code === 'IdempotentParameterMismatch') tokens.forget()
        throw error
      } finally {
        refresh() // even after a failure, the machine may exist
      }
    },
    async renew(SandboxId, LifetimeSeconds) {
      try {
        return await callAction('RenewSandbox', { SandboxId, LifetimeSeconds })
      } finally {
        refresh()
      }
    },
    async remove(SandboxId) {
      markDeleted(SandboxId, undefined)
      try {
        await callAction('DeleteSandbox', { SandboxId })
        markDeleted(SandboxId, Date.now())
      } catch (error) {
        if (asCallError(error).code !== 'InvalidSandbox.NotFound') {
          unmarkDeleted(SandboxId)
          throw error
        }
        markDeleted(SandboxId, Date.now())
      } finally {
        refresh()
      }
    },
  }
}

/** Resolves when the latest state is rendered. */
const rendered = () => new Promise((resolve) => setTimeout(resolve))
