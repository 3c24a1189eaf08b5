/** Stands for the key of the agent. The page never inserts a real key. */
export const KEY_PLACEHOLDER = '<key>'

/** The entry in the configuration of an MCP client: JSON, in the form of the README. */
export function clientConfiguration(url: string, needsKey: boolean): string {
  const lines = ['"type": "http"', `"url": ${JSON.stringify(url)}`]
  if (needsKey) lines.push(`"headers": { "Authorization": "Bearer ${KEY_PLACEHOLDER}" }`)
  return `{ "mcpServers": { "desktops": {\n  ${lines.join(',\n  ')}\n} } }`
}

/** The environment variable from which veADK takes the address. It sends a key as `Authorization: Bearer`. */
export function veadkVariable(url: string): string {
  return `export TOOL_COMPUTER_SANDBOX_URL=${url}`
}

/** A command that lists the tools. */
export function curlCommand(url: string, needsKey: boolean): string {
  const headers = ['Content-Type: application/json', 'Accept: application/json, text/event-stream']
  if (needsKey) headers.push(`Authorization: Bearer ${KEY_PLACEHOLDER}`)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  return [`curl -s ${url}`, ...headers.map((header) => `-H '${header}'`), `-d '${body}'`].join(' \\\n  ')
}
