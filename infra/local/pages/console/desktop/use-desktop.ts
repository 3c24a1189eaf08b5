import type RFB from '@novnc/novnc'
import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { asCallError, type CallError, callAction } from '../../common/api.ts'
import { connectDesktop, WRONG_PASSWORD } from './desktop-connection.ts'
import { afterClose, afterFailure, type NextStep } from './reconnect.ts'

export type DesktopState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  /** The desktop asks for its password. `isWrong`: it has refused the one before. */
  | { kind: 'password'; isWrong: boolean; send: (password: string) => void }
  | { kind: 'connected'; rfb: RFB }
  /** Waits for a retry, or is in it. `retry` counts from 1. */
  | { kind: 'reconnecting'; retry: number }
  | { kind: 'failed'; failure: CallError }

type DesktopOptions = {
  screen: RefObject<HTMLElement | null>
  sandboxId: string
  /** From a link, for the first connection. Every other connection gets a new token. */
  token: string | undefined
  /** Whether there may be a desktop to connect to. */
  isReady: boolean
  onClipboard: (text: string) => void
}

/** A connection that lasts longer than this is stable: after it, the retries are counted from the start. */
const STABLE_AFTER_MS = 5_000

/** Keeps a connection to a desktop. `reconnect` starts again after the state `failed`. */
export function useDesktop({ screen, sandboxId, token, isReady, onClipboard }: DesktopOptions) {
  const [state, setState] = useState<DesktopState>({ kind: 'idle' })
  const [round, setRound] = useState(0)
  const linkToken = useRef(token)
  /** The password of the desktop, for reconnections. It is kept in memory, and only as long as this page. */
  const password = useRef<string | undefined>(undefined)
  const latestOnClipboard = useRef(onClipboard)
  latestOnClipboard.current = onClipboard

  useEffect(() => {
    const target = screen.current
    if (!isReady || !target) return
    const leaving = new AbortController()
    const show = (state: DesktopState) => {
      if (!leaving.signal.aborted) setState(state)
    }
    const takeLinkToken = () => {
      const token = linkToken.current
      linkToken.current = undefined
      return token
    }

    let isPasswordWrong = false
    const answerPassword = (sendToDesktop: (password: string) => void) => {
      if (password.current !== undefined) return sendToDesktop(password.current)
      show({
        kind: 'password',
        isWrong: isPasswordWrong,
        send(entered) {
          password.current = entered
          show({ kind: 'connecting' })
          sendToDesktop(entered)
        },
      })
    }

    /** Connects once, and returns after the end of the connection. */
    async function connectOnce(target: HTMLElement, retries: number): Promise<NextStep & { wasStable: boolean }> {
      try {
        const token = takeLinkToken() ?? (await requestToken(sandboxId, leaving.signal))
        leaving.signal.throwIfAborted()
        const startedAt = performance.now()
        const connection = connectDesktop(target, token, {
          onPasswordRequired: answerPassword,
          onConnect: (rfb) => show({ kind: 'connected', rfb }),
          onClipboard: (text) => latestOnClipboard.current(text),
        })
        leaving.signal.addEventListener('abort', connection.close)
        const { wasConnected, ...closeInfo } = await connection.closed
        leaving.signal.removeEventListener('abort', connection.close) // otherwise it keeps every closed connection
        isPasswordWrong = closeInfo.reason === WRONG_PASSWORD.reason
        if (isPasswordWrong && !leaving.signal.aborted) {
          password.current = undefined
          return connectOnce(target, retries) // which asks for another password
        }
        const wasStable = wasConnected && performance.now() - startedAt > STABLE_AFTER_MS
        return { ...afterClose(closeInfo, wasStable ? 0 : retries), wasStable }
      } catch (error) {
        return { ...afterFailure(asCallError(error), retries), wasStable: false }
      }
    }

    async function stayConnected(target: HTMLElement) {
      show({ kind: 'connecting' })
      for (let retries = 0; ; retries += 1) {
        const next = await connectOnce(target, retries)
        if (leaving.signal.aborted) return
        if (next.kind === 'giveUp') return show({ kind: 'failed', failure: next.failure })
        if (next.wasStable) retries = 0
        show({ kind: 'reconnecting', retry: retries + 1 })
        await new Promise((resolve) => setTimeout(resolve, next.delayMs))
      }
    }

    stayConnected(target)
    return () => {
      leaving.abort()
      setState({ kind: 'idle' })
    }
  }, [isReady, sandboxId, round, screen])

  return { state, reconnect: () => setRound(round + 1) }
}

async function requestToken(SandboxId: string, signal: AbortSignal): Promise<string> {
  const terminal = await callAction('DescribeSandboxTerminalUrl', { SandboxId }, signal)
  return terminal.OsType === 'Linux' ? terminal.Token : ''
}
