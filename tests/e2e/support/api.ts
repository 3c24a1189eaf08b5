import { setTimeout as sleep } from 'node:timers/promises'

type Answer = {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever an action answers, as the tests read it
  Result: any
  code: string | undefined
  text: string
}

/** A caller of the actions at a gateway, as its users call it. */
export function callerOf(url: string, key?: string) {
  return async function call(Action: string, parameters: Record<string, string> = {}): Promise<Answer> {
    const query = new URLSearchParams({ Action, Version: '2020-04-01', ...parameters })
    const response = await fetch(`${url}/?${query}`, { headers: key ? { 'X-API-Key': key } : {} })
    const text = await response.text()
    const { Result, ResponseMetadata } = JSON.parse(text)
    return { status: response.status, Result, code: ResponseMetadata?.Error?.Code, text }
  }
}

export type Caller = ReturnType<typeof callerOf>

/** Makes a sandbox and waits until it is RUNNING: its id and address. */
export async function runningSandbox(call: Caller, parameters: Record<string, string> = {}) {
  const { Result, text } = await call('CreateSandbox', parameters)
  if (!Result) throw new Error(text)
  const { SandboxId } = Result as { SandboxId: string }
  const until = Date.now() + 20_000
  for (;;) {
    const [sandbox] = (await call('DescribeSandboxes', { SandboxId })).Result
    if (sandbox?.Status === 'RUNNING') return { SandboxId, PrimaryIp: sandbox.PrimaryIp as string }
    if (Date.now() > until) throw new Error(`not RUNNING after 20 s: ${JSON.stringify(sandbox)}`)
    await sleep(100)
  }
}
