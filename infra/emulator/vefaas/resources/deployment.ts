import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomName } from '../../gateway/random-name.ts'
import { unpack } from '../function-code.ts'
import { InstancePool } from '../runtime/instance-pool.ts'
import { platformEnvironment } from '../runtime/platform-environment.ts'
import type { TemporaryFolder } from '../runtime/temporary-folder.ts'
import type { Deployment, FunctionRecord, Revision } from './records.ts'

/** What all deployments share. */
export interface DeploymentHost {
  /** Code is unpacked into it. */
  folder: TemporaryFolder
  roleCredentials: RoleCredentials
  onLog: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
}

export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

export function createDeployment(
  host: DeploymentHost,
  record: FunctionRecord,
  revision: Revision,
  zip: Buffer,
): Deployment {
  const { Id, Name } = record
  const { settings, number } = revision
  const folder = host.folder.createSubfolder(`${Id}-${number}`)
  const codeDirectory = join(folder, 'code')
  unpack(zip, codeDirectory)
  const { MemoryMB: memoryMb, RequestTimeout: timeoutSeconds } = settings
  if (timeoutSeconds > 900) host.onLog(Name, 'warning: the documented maximum of RequestTimeout is 900 s', 'stderr')
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  // The form of real instance names: <function id>-<10 characters>-<10>-<5>.
  const namePrefix = `${Id}-${randomName(10)}-${randomName(10)}`

  const pool = new InstancePool({
    program: host.folder.program,
    codeDirectory,
    environment: {
      ...platformEnvironment({ functionId: Id, functionName: Name, revisionNumber: number, timeoutSeconds, memoryMb }),
      ...(settings.Role && { FAAS_IAM_ROLE_CREDENTIAL_PATH: writeCredentialFile(folder, host.roleCredentials) }),
      ...Object.fromEntries(settings.Envs.map(({ Key, Value }) => [Key, Value])),
    },
    memoryMb,
    timeoutSeconds,
    initializerSeconds: settings.InitializerSec,
    maxConcurrency: settings.ExclusiveMode ? 1 : settings.MaxConcurrency,
    maxInstances: record.resource.MaxInstance,
    createName: () => `${namePrefix}-${randomName(5)}`,
    onLine: (line, stream) => host.onLog(Name, line, stream),
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

/** Writes the file that veFaaS mounts for a function with a role, in the format that official tools read. */
function writeCredentialFile(folder: string, credentials: RoleCredentials): string {
  const file = join(folder, 'credential')
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const content = { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken }
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 })
  return file
}
