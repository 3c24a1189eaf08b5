import { readFileSync, statSync } from 'node:fs'

/** What signs a call. */
export interface Credentials {
  accessKeyId: string
  secretKey: string
  /** Of temporary credentials; else empty. */
  sessionToken: string
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
          // Not there, or in the middle of a rotation: until it can be read, what was read before is good.
        }
      }
      return role ?? own
    },
    forget() {
      version = ''
    },
  }
}

// veFaaS mounts the role's temporary credentials at the first path and rotates them; the variable names the path where it
// is another.
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
