import { EcsManagerError } from './error.ts'

/** About 100,000 sandboxes. */
const MAX_BYTES = 32 * 1024 * 1024

/** Reads the body of an answer, but not without limit. @throws {EcsManagerError} `UnknownAnswer` if it is too long */
export async function readText({ body, status }: Response): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    if (bytes > MAX_BYTES) {
      await reader.cancel()
      throw new EcsManagerError('UnknownAnswer', `The answer has more than ${MAX_BYTES} bytes.`, { status })
    }
    text += decoder.decode(value, { stream: true })
  }
}
