import { readFileSync, statSync } from 'node:fs'

/** The credentials that sign a call. */
export interface Credentials {
  accessKeyId: string
  secretKey: string
  /** Only for temporary credentials; otherwise empty. */
  sessionToken: string
}

export interface CredentialSource {
  /** Returns the credentials to use now; undefined if there are none. */
  current(): Credentials | undefined
  /** Makes the next `current` read the role again. For credentials that the cloud has refused. */
  forget(): void
}

interface Configured {
  access_key: string
  secret_key: string
  session_token: string
}

/**
 * Looks for credentials in this order: `ECS_MANAGER__VOLCENGINE__*`; `VOLCENGINE_ACCESS_KEY`,
 * `VOLCENGINE_SECRET_KEY` and `VOLCENGINE_SESSION_TOKEN`; the role of the function; the configuration file.
 *
 * @param configured  the section `volcengine`, to which the environment is already applied
 */
export function credentialSource(
  configured: Configured,
  env: Record<string, string | undefined>,
  roleFiles: readonly string[] = roleFilesOf(env),
): CredentialSource {
  const own = toCredentials(configured.access_key, configured.secret_key, configured.session_token)
  const common = toCredentials(env.VOLCENGINE_ACCESS_KEY, env.VOLCENGINE_SECRET_KEY, env.VOLCENGINE_SESSION_TOKEN)
  const fixed = (env.ECS_MANAGER__VOLCENGINE__ACCESS_KEY && own) || common
  let version = ''
  let role: Credentials | undefined
  return {
    current() {
      if (fixed) return fixed
      for (const file of roleFiles) {
        try {
          const { ino, mtimeMs } = statSync(file)
          const found = `${file} ${ino} ${mtimeMs}`
          if (found !== version) role = readRole(file)
          version = found
          break
        } catch {
          // The file is absent or is being rotated: keep the previous credentials until it can be read.
        }
      }
      return role ?? own
    },
    forget() {
      version = ''
    },
  }
}

// veFaaS mounts the role's temporary credentials at the first path and rotates them. If it uses another path, the
// variable contains it.
function roleFilesOf(env: Record<string, string | undefined>): string[] {
  return ['/var/run/secrets/iam/credential', env.FAAS_IAM_ROLE_CREDENTIAL_PATH ?? '']
}

function readRole(file: string): Credentials {
  const role = JSON.parse(readFileSync(file, 'utf8'))
  const found = toCredentials(
    role.access_key_id ?? role.AccessKeyId,
    role.secret_access_key ?? role.SecretAccessKey,
    role.session_token ?? role.SessionToken,
  )
  if (found === undefined) throw new TypeError()
  return found
}

function toCredentials(accessKeyId?: unknown, secretKey?: unknown, sessionToken?: unknown): Credentials | undefined {
  if (!accessKeyId || !secretKey) return undefined
  return { accessKeyId: `${accessKeyId}`, secretKey: `${secretKey}`, sessionToken: `${sessionToken ?? ''}` }
}
