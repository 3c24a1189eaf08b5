/** The variables that name a proxy to programs. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** The variable that names a proxy, where one does. */
export function proxyVariable(env: NodeJS.ProcessEnv): string | undefined {
  return NAMES.find((name) => env[name])
}

/** Whether `fetch` uses that proxy: newer versions of Node.js do when they are told to (its documentation, "CLI"). */
export function isProxyUsed(env: NodeJS.ProcessEnv, flags = process.allowedNodeEnvironmentFlags): boolean {
  return env.NODE_USE_ENV_PROXY === '1' && flags.has('--use-env-proxy')
}
