// Runs the function in the current directory once: loads its index.js, and calls its exports with the event that the
// parent sends. It is plain JavaScript, because no code of the command may run in the process of the function. The
// messages to the parent: messages.ts.

const { join } = require('node:path')

const send = process.send.bind(process)
Reflect.deleteProperty(process, 'send')
process.once('disconnect', () => process.exit())
// Ctrl-C in a terminal also signals this process, but the parent stops it.
process.on('SIGINT', () => {})

process.once('message', async ({ event, context }) => {
  try {
    const { handler, initializer } = require(join(process.cwd(), 'index.js'))
    if (typeof handler !== 'function') throw new TypeError('index.js does not export a function named handler')
    await initializer?.(context)
    send({ type: 'initialized' })
    send({ type: 'returned', value: plain(await handler(event, context)) })
  } catch (error) {
    console.error(error)
    send({ type: 'failed', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
  }
})

/** Converts the result to plain JSON. Throws for a value that JSON cannot represent. */
function plain(value) {
  const isBinary = value?.body instanceof Uint8Array
  const readable = isBinary ? { ...value, body: Buffer.from(value.body).toString() } : value
  return JSON.parse(JSON.stringify(readable) ?? 'null')
}
