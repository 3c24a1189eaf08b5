import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RoleCredentials, Vefaas } from './action.ts'
import { unpack } from './code.ts'
import type { FunctionRecord, Revision } from './function.ts'
import { platformEnvironment } from './runtime/environment.ts'
import type { Instance } from './runtime/instance.ts'
import { Pool } from './runtime/pool.ts'

/** One revision of a function, unpacked in a folder of its own and ready to run. */
export interface Deployment {
  revision: Revision
  pool: Pool
  instances(): Instance[]
  /** Takes no more calls, and goes with the last one that is running. */
  retire(): void
  /** Ends everything at once. */
  close(): void
}

export function deploy(vefaas: Vefaas, record: FunctionRecord, revision: Revision, zip: Buffer): Deployment {
  const { Id, Name } = record
  const { settings, number } = revision
  const folder = vefaas.folder.make(`${Id}-${number}`)
  const codeDirectory = join(folder, 'code')
  unpack(zip, codeDirectory)
  const { MemoryMB: memoryMb, RequestTimeout: timeoutSeconds } = settings
  if (timeoutSeconds > 900) vefaas.onLog(Name, 'warning: a RequestTimeout over 900 s is not documented', 'stderr')
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  // As real names look: <function>-<10 characters>-<10>-<5>.
  const family = `${Id}-${randomName(10)}-${randomName(10)}`

  const pool = new Pool({
    program: vefaas.folder.program,
    codeDirectory,
    environment: {
      ...platformEnvironment({ functionId: Id, functionName: Name, revisionNumber: number, timeoutSeconds, memoryMb }),
      ...(settings.Role && { FAAS_IAM_ROLE_CREDENTIAL_PATH: credentialFile(folder, vefaas.roleCredentials) }),
      ...Object.fromEntries(settings.Envs.map(({ Key, Value }) => [Key, Value])),
    },
    memoryMb,
    timeoutSeconds,
    initializerSeconds: settings.InitializerSec,
    maxConcurrency: settings.ExclusiveMode ? 1 : settings.MaxConcurrency,
    maxInstances: record.resource.MaxInstance,
    nameOf: () => `${family}-${randomName(5)}`,
    onLine: (line, stream) => vefaas.onLog(Name, line, stream),
  })
  return {
    revision,
    pool,
    instances: () => [...pool.instances()],
    retire: () => pool.retire(removeFolder),
    close() {
      pool.close()
      removeFolder()
    },
  }
}

/** The file that veFaaS mounts for a function with a role, in the shape that official tools read. */
function credentialFile(folder: string, credentials: RoleCredentials): string {
  const file = join(folder, 'credential')
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const content = { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken }
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 })
  return file
}

/** Lower-case letters and digits. */
export function randomName(length: number): string {
  return [...randomBytes(length)].map((byte) => (byte % 36).toString(36)).join('')
}
