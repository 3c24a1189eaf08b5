import type { Credentials } from './cloud/client.ts'

/**
 * The credentials of who deploys, from the environment (the names are those of the official SDKs). The emulated cloud of
 * `stage` local knows one pair, which is no secret; yours never go there.
 * @throws Error when there are none
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
      'There are no credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY (and VOLCENGINE_SESSION_TOKEN for temporary ones)',
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
