import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import {
  type Action,
  type ActionResults,
  asCallError,
  type CallError,
  type Caller,
  callAction,
  listSandboxes,
  type Sandbox,
} from '../../common/api.ts'
import { apiKey } from '../../common/api-key.ts'
import { failedStarts, POWER_CHANGES, type PowerChange } from '../sandbox/power.ts'
import { createClientTokens } from './client-token.ts'
import { applyLocalChanges, dropListed, type LocalChanges, NO_CHANGES } from './local-changes.ts'
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
  /** What the caller may do; undefined until there is a first list. */
  caller: Caller | undefined
  /** Whether the caller may call an action. */
  may(action: Action): boolean
  /** Ids of the sandboxes whose start has failed after the cloud had accepted it. */
  failedStarts: ReadonlySet<string>
  /** When the list was received, in milliseconds since 1970. */
  updatedAt: number | undefined
  /** Why the last poll failed, if it did. */
  failure: CallError | undefined
  refresh(): void
  /** Uses another API key, or none, and starts again with an empty page. */
  setKey(key: string | undefined): void
  /** Rejects with CallError, like the following functions. */
  create(parameters: CreateParameters): Promise<ActionResults['CreateSandbox']>
  renew(sandboxId: string, seconds: number): Promise<ActionResults['RenewSandbox']>
  changePower(sandbox: Sandbox, change: PowerChange): Promise<void>
  /** Succeeds if the sandbox does not exist any more. */
  remove(sandboxId: string): Promise<void>
}

/** Returns all sandboxes, polled as often as their status requires, and the actions on them. */
export function useSandboxes(): Sandboxes {
  const [listed, setListed] = useState<readonly Sandbox[]>()
  const [updatedAt, setUpdatedAt] = useState<number>()
  const [caller, setCaller] = useState<Caller>()
  const [failure, setFailure] = useState<CallError>()
  const [changes, setChanges] = useState<LocalChanges>(NO_CHANGES)
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
        const key = apiKey.get()
        try {
          const { sandboxes, caller } = await listSandboxes(signal)
          if (apiKey.get() !== key) return
          setListed(sandboxes)
          setCaller(caller)
          setUpdatedAt(Date.now())
          setChanges((changes) => dropListed(changes, sandboxes))
          setFailure(undefined)
          latest.current.failures = 0
        } catch (error) {
          if (signal.aborted || apiKey.get() !== key) return
          setFailure(asCallError(error))
          latest.current.failures += 1
        }
        await rendered()
      },
      nextDelay() {
        const { list = [], failure, failures, changedAt } = latest.current
        // Wait until the page is visible, or until there is a key.
        if (document.hidden || (failure && needsOtherKey(failure))) return undefined
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

  const latestCaller = useRef(caller)
  latestCaller.current = caller
  const actions = useMemo(() => {
    const refresh = () => poller.current?.refresh()
    return createActions(setChanges, refresh, () => latestCaller.current)
  }, [])
  const setKey = (key: string | undefined) => {
    apiKey.set(key)
    setListed(undefined)
    setCaller(undefined)
    setFailure(undefined)
    setUpdatedAt(undefined)
    setChanges(NO_CHANGES)
    actions.refresh()
  }
  const may = (action: Action) => caller?.Actions.includes(action) ?? false
  return { list, caller, may, failedStarts: useFailedStarts(list), updatedAt, failure, setKey, ...actions }
}

/** Whether the call failed because the page has no API key, a wrong one, or one that may not list sandboxes. */
export function needsOtherKey({ status, code }: CallError): boolean {
  return status === 401 || (code === 'OperationDenied.Action' && apiKey.get() !== undefined)
}

function useFailedStarts(list: readonly Sandbox[] | undefined): ReadonlySet<string> {
  const [failed, setFailed] = useState<ReadonlySet<string>>(new Set())
  const previous = useRef(list)
  useEffect(() => {
    const before = previous.current ?? []
    previous.current = list
    setFailed((failed) => failedStarts(failed, before, list ?? []))
  }, [list])
  return failed
}

type Actions = Pick<Sandboxes, 'refresh' | 'create' | 'renew' | 'changePower' | 'remove'>
type SetChanges = (update: (changes: LocalChanges) => LocalChanges) => void

function createActions(setChanges: SetChanges, refresh: () => void, caller: () => Caller | undefined): Actions {
  const tokens = createClientTokens()

  const markDeleted = (sandboxId: string, at: number | undefined) => {
    setChanges((changes) => {
      const others = changes.deleted.filter((deletion) => deletion.sandboxId !== sandboxId)
      return { ...changes, deleted: [...others, { sandboxId, at }] }
    })
  }
  const unmarkDeleted = (sandboxId: string) => {
    setChanges((changes) => {
      return { ...changes, deleted: changes.deleted.filter((deletion) => deletion.sandboxId !== sandboxId) }
    })
  }

  return {
    refresh,
    async create(parameters) {
      try {
        const ClientToken = tokens.tokenFor(parameters)
        const result = await callAction('CreateSandbox', { ...parameters, ClientToken })
        tokens.forget()
        const { Owner: visibleOwner, Name } = caller() ?? {}
        const Owner = visibleOwner ?? Name
        const sandbox: Sandbox = {
          ...result,
          Status: 'CREATING',
          OsType: parameters.OsType,
          InstanceTypeId: parameters.InstanceType ?? '',
          ...(parameters.InstanceName && { InstanceName: `sandbox-${parameters.InstanceName}` }),
          CreatedAt: new Date().toISOString().replace(/\.\d+/, ''),
          ...(Owner && { Owner }),
        }
        setChanges((changes) => ({ ...changes, created: [...changes.created, { sandbox, at: Date.now() }] }))
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
    async changePower({ SandboxId, Status: from }, change) {
      try {
        const { Status: to } = await callAction(POWER_CHANGES[change].action, { SandboxId })
        setChanges((changes) => {
          const others = changes.changed.filter(({ sandboxId }) => sandboxId !== SandboxId)
          return { ...changes, changed: [...others, { sandboxId: SandboxId, from, to, at: Date.now() }] }
        })
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
