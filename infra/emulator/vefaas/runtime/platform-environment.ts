/** What a function's process has of the machine it runs on. */
const inherited = ['PATH', 'TZ', 'LANG']

export type FunctionIdentity = {
  functionId: string
  functionName: string
  revisionNumber: number
  timeoutSeconds: number
  memoryMb: number
}

/** The variables that veFaaS sets for a function, and nothing of the emulator's own environment beside what a program needs. */
export function platformEnvironment(identity: FunctionIdentity): Record<string, string> {
  const ours = inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return {
    ...Object.fromEntries(ours),
    _FAAS_FUNC_ID: identity.functionId,
    _FAAS_FUNC_NAME: identity.functionName,
    _FAAS_REVISION_NUMBER: String(identity.revisionNumber),
    _FAAS_FUNC_TIMEOUT: String(identity.timeoutSeconds),
    _FAAS_INSTANCE_MEMORY: String(identity.memoryMb),
    _FAAS_RUNTIME_PORT: '8000',
  }
}
