import type RFB from '@novnc/novnc'
import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError, call } from '../common/api.ts'
import { connectDesktop } from './desktop-connection.ts'
import { afterClosing, afterFailure, type Next } from './reconnect.ts'

export type DesktopState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'open'; rfb: RFB }
  /** It was open, or nearly; how often it was tried again. */
  | { kind: 'broken'; tries: number }
  | { kind: 'over'; failure: ApiError }

type DesktopOptions = {
  screen: RefObject<HTMLElement | null>
  sandboxId: string
  /** Of a link: for the first connection. Each other one gets a fresh token. */
  token: string | undefined
  /** There is something to connect to. */
  isReady: boolean
  onClipboard: (text: string) => void
}

/** A connection that lasted so long was a good one: the tries begin anew. */
const GOOD_MS = 5_000

/** A connection to a desktop for as long as it can be had, and a way to ask for it again once it is over. */
export function useDesktop({ screen, sandboxId, token, isReady, onClipboard }: DesktopOptions) {
  const [state, setState] = useState<DesktopState>({ kind: 'idle' })
  const [round, setRound] = useState(0)
  const linkToken = useRef(token)
  const hear = useRef(onClipboard)
  hear.current = onClipboard

  useEffect(() => {
    const target = screen.current
    if (!isReady || !target) return
    const leaving = new AbortController()
    const show = (state: DesktopState) => {
      if (!leaving.signal.aborted) setState(state)
    }
    const tokenOnce = () => {
      const token = linkToken.current
      linkToken.current = undefined
      return token
    }

    /** One connection, to its end. */
    async function connectOnce(target: HTMLElement, tries: number): Promise<Next & { wasGood: boolean }> {
      try {
        const token = tokenOnce() ?? (await freshToken(sandboxId, leaving.signal))
        leaving.signal.throwIfAborted()
        const begin = performance.now()
        const connection = connectDesktop(target, token, {
          onOpen: (rfb) => show({ kind: 'open', rfb }),
          onClipboard: (text) => hear.current(text),
        })
        leaving.signal.addEventListener('abort', connection.close)
        const { wasOpen, ...closing } = await connection.closed
        leaving.signal.removeEventListener('abort', connection.close) // else it keeps each connection that has ended
        const wasGood = wasOpen && performance.now() - begin > GOOD_MS
        return { ...afterClosing(closing, wasGood ? 0 : tries), wasGood }
      } catch (error) {
        return { ...afterFailure(asApiError(error), tries), wasGood: false }
      }
    }

    async function stayConnected(target: HTMLElement) {
      show({ kind: 'connecting' })
      for (let tries = 0; ; tries += 1) {
        const next = await connectOnce(target, tries)
        if (leaving.signal.aborted) return
        if (next.kind === 'over') return show({ kind: 'over', failure: next.failure })
        if (next.wasGood) tries = 0
        show({ kind: 'broken', tries: tries + 1 })
        await new Promise((resolve) => setTimeout(resolve, next.delayMs))
      }
    }

    stayConnected(target)
    return () => {
      leaving.abort()
      setState({ kind: 'idle' })
    }
  }, [isReady, sandboxId, round, screen])

  return { state, connectAgain: () => setRound(round + 1) }
}

async function freshToken(SandboxId: string, signal: AbortSignal): Promise<string> {
  const terminal = await call('DescribeSandboxTerminalUrl', { SandboxId }, { signal })
  return terminal.OsType === 'Linux' ? terminal.Token : ''
}
