/** The usual variables for a proxy. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** Returns the name of the first variable that sets a proxy. */
export function proxyVariable(env: NodeJS.ProcessEnv): string | undefined {
  return NAMES.find((name) => env[name])
}

/**
 * Whether `fetch` uses the proxy. Newer versions of Node.js do with NODE_USE_ENV_PROXY=1 (its documentation, "CLI").
 */
export function isProxyUsed(env: NodeJS.ProcessEnv, flags = process.allowedNodeEnvironmentFlags): boolean {
  return env.NODE_USE_ENV_PROXY === '1' && flags.has('--use-env-proxy')
}
