import type { Credentials } from './cloud/client.ts'

/**
 * Reads the credentials from the environment, by the names of the official SDKs. An endpoint on this computer is the
 * emulated cloud, which has a pair that is not secret: it never receives real credentials.
 * @throws {Error} if there are none
 */
export function credentialsFrom(env: NodeJS.ProcessEnv, endpoint: string): Credentials {
  if (isLoopback(endpoint)) {
    return {
      accessKeyId: env.VOLCENGINE_LOCAL_ACCESS_KEY || 'AKLOCAL',
      secretKey: env.VOLCENGINE_LOCAL_SECRET_KEY || 'local-secret',
      sessionToken: '',
    }
  }
  const { VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY, VOLCENGINE_SESSION_TOKEN = '' } = env
  if (!VOLCENGINE_ACCESS_KEY || !VOLCENGINE_SECRET_KEY) {
    throw new Error(
      'There are no credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY (and VOLCENGINE_SESSION_TOKEN for temporary credentials)',
    )
  }
  return {
    accessKeyId: VOLCENGINE_ACCESS_KEY,
    secretKey: VOLCENGINE_SECRET_KEY,
    sessionToken: VOLCENGINE_SESSION_TOKEN,
  }
}

/** Whether an endpoint is on this computer. */
export function isLoopback(endpoint: string): boolean {
  return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(endpoint).hostname)
}
