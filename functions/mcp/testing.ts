import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Picture } from '../../shared/desktop/pixels/frame.ts'
import { FakeServer } from '../../shared/desktop/testing.ts'

/** For tests: a VNC server at an address, which shows a picture and records events. */
export async function startVncServer(address: string, port: number, picture: Picture) {
  const events: string[] = []
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => {})
    const fake = new FakeServer(picture)
    // The fake server calls `write` for what a client sends, and its stream yields what the server sends.
    fake.events.push = (...found) => events.push(...found)
    socket.on('data', (bytes) => fake.stream.write(bytes))
    void forward(fake, socket)
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    events,
    port: (server.address() as AddressInfo).port,
    /** The number of all connections so far. */
    connections: () => connections,
    /** The number of connections that are open. */
    open: () => open.size,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function forward({ stream }: FakeServer, socket: Socket): Promise<void> {
  for await (const chunk of stream) socket.write(chunk)
}

/** For tests: a client of an endpoint, as agents have one. */
export async function connectAgent(url: string, key?: string) {
  const client = new Client({ name: 'test', version: '1' })
  const requestInit = key ? { requestInit: { headers: { Authorization: `Bearer ${key}` } } } : {}
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), requestInit) as never)
  // With the list, the client checks each result against the schema of its tool.
  const { tools } = await client.listTools()
  return {
    tools,
    /** Calls a tool. */
    async call(name: string, values: object = {}, onprogress?: (step: { message?: string | undefined }) => void) {
      const options = onprogress ? { onprogress } : {}
      const result = (await client.callTool(
        { name, arguments: values as Record<string, unknown> },
        undefined,
        options,
      )) as CallToolResult
      return { ...describeResult(result), result }
    },
    close: () => client.close(),
  }
}

export type Agent = Awaited<ReturnType<typeof connectAgent>>

function describeResult({ content, structuredContent = {}, isError }: CallToolResult) {
  const texts = content.flatMap((item) => (item.type === 'text' ? [item.text] : []))
  const pictures = content.flatMap((item) => (item.type === 'image' ? [Buffer.from(item.data, 'base64')] : []))
  return {
    // biome-ignore lint/suspicious/noExplicitAny: what each tool returns, as the tests read it
    data: structuredContent as any,
    /** Why the tool failed; undefined if it did not. */
    failure: isError ? texts.join() : undefined,
    picture: pictures[0],
  }
}
