import { readFileSync, statSync } from 'node:fs'

/** What signs a call. A session token belongs to temporary credentials. */
export interface Credentials {
  accessKeyId: string
  secretKey: string
  sessionToken?: string
}

export interface CredentialSource {
  /** The credentials to sign with now; undefined when none are found anywhere. */
  current(): Credentials | undefined
  /** Forgets what was read: the cloud has refused it. */
  forget(): void
}

interface Configured {
  access_key: string
  secret_key: string
  session_token: string
}

/**
 * Looks for credentials, first found wins: `ECS_MANAGER__VOLCENGINE__*`; `VOLCENGINE_ACCESS_KEY`,
 * `VOLCENGINE_SECRET_KEY` and `VOLCENGINE_SESSION_TOKEN`; the role of the function; the configuration file.
 *
 * @param configured  the section `volcengine`, in which the environment already stands over the file
 */
export function credentialSource(
  configured: Configured,
  env: Record<string, string | undefined>,
  roleFiles: readonly string[] = roleFilesOf(env),
): CredentialSource {
  const own = toCredentials(configured.access_key, configured.secret_key, configured.session_token)
  const ownFromEnvironment = env.ECS_MANAGER__VOLCENGINE__ACCESS_KEY ? own : undefined
  const common = toCredentials(env.VOLCENGINE_ACCESS_KEY, env.VOLCENGINE_SECRET_KEY, env.VOLCENGINE_SESSION_TOKEN)
  const fixed = ownFromEnvironment ?? common
  if (fixed !== undefined) return { current: () => fixed, forget: () => {} }

  const role = roleCredentials(roleFiles)
  return { current: () => role.current() ?? own, forget: role.forget }
}

// veFaaS mounts the role's temporary credentials at the first path and rotates them; the others are where its other
// kinds of function find theirs.
function roleFilesOf(env: Record<string, string | undefined>): string[] {
  return [
    '/var/run/secrets/iam/credential',
    env.FAAS_IAM_ROLE_CREDENTIAL_PATH,
    env.BYTEFAAS_IAM_ROLE_CREDENTIAL_PATH,
    env.RUNTIME_IAM_ROLE_CREDENTIAL_PATH,
    '/var/run/secrets/faas/iam_role_credential',
  ].filter((path) => path !== undefined && path !== '') as string[]
}

function roleCredentials(files: readonly string[]): CredentialSource {
  let version: string | undefined
  let credentials: Credentials | undefined
  return {
    current() {
      const found = newest(files)
      if (found?.version !== version) {
        version = found?.version
        credentials = found && readRole(found.file)
        // Caught in the middle of a rotation: look again at the next call.
        if (credentials === undefined) version = undefined
      }
      return credentials
    },
    forget() {
      version = undefined
    },
  }
}

function newest(files: readonly string[]): { file: string; version: string } | undefined {
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat?.isFile()) return { file, version: `${file} ${stat.ino} ${stat.size} ${stat.mtimeMs}` }
  }
  return undefined
}

function readRole(file: string): Credentials | undefined {
  try {
    const role: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof role !== 'object' || role === null) return undefined
    const field = (...names: string[]) => {
      for (const name of names) {
        const value: unknown = Reflect.get(role, name)
        if (typeof value === 'string') return value
      }
      return undefined
    }
    return toCredentials(
      field('access_key_id', 'AccessKeyId'),
      field('secret_access_key', 'SecretAccessKey'),
      field('session_token', 'SessionToken'),
    )
  } catch {
    return undefined
  }
}

function toCredentials(accessKeyId?: string, secretKey?: string, sessionToken?: string): Credentials | undefined {
  if (!accessKeyId || !secretKey) return undefined
  return { accessKeyId, secretKey, ...(sessionToken && { sessionToken }) }
}
