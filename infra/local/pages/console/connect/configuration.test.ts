import { expect, test } from 'vitest'
import { clientConfiguration, curlCommand, veadkVariable } from './configuration.ts'

const URL = 'http://127.0.0.1:8102/mcp'

test('the entry of an MCP client has the address, and a placeholder if a key is needed', () => {
  const entry = (needsKey: boolean) => JSON.parse(clientConfiguration(URL, needsKey))
  expect(entry(false)).toEqual({ mcpServers: { desktops: { type: 'http', url: URL } } })
  expect(entry(true)).toEqual({
    mcpServers: { desktops: { type: 'http', url: URL, headers: { Authorization: 'Bearer <key>' } } },
  })
})

test('the variable of veADK holds the address', () => {
  expect(veadkVariable(URL)).toBe('export TOOL_COMPUTER_SANDBOX_URL=http://127.0.0.1:8102/mcp')
})

test('the curl command lists the tools, with a placeholder if a key is needed', () => {
  expect(curlCommand(URL, false)).toBe(`curl -s http://127.0.0.1:8102/mcp \\
  -H 'Content-Type: application/json' \\
  -H 'Accept: application/json, text/event-stream' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`)
  expect(curlCommand(URL, true)).toContain("-H 'Authorization: Bearer <key>'")
})
