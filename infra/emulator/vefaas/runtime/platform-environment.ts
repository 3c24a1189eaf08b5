/** The variables that a function inherits from the emulator, because programs need them. */
const inherited = ['PATH', 'TZ', 'LANG']

export type FunctionIdentity = {
  functionId: string
  functionName: string
  revisionNumber: number
  timeoutSeconds: number
  memoryMb: number
}

/** The inherited variables, and those that veFaaS sets for a function. */
export function platformEnvironment(identity: FunctionIdentity): Record<string, string> {
  const present = inherited.filter((name) => process.env[name]).map((name) => [name, process.env[name]])
  return {
    ...Object.fromEntries(present),
    _FAAS_FUNC_ID: identity.functionId,
    _FAAS_FUNC_NAME: identity.functionName,
    _FAAS_REVISION_NUMBER: String(identity.revisionNumber),
    _FAAS_FUNC_TIMEOUT: String(identity.timeoutSeconds),
    _FAAS_INSTANCE_MEMORY: String(identity.memoryMb),
    _FAAS_RUNTIME_PORT: '8000',
  }
}
