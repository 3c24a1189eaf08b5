import './code.css'
import type { ComponentChildren } from 'preact'

// A key with its colon, a string, a number, or a word. The rest is punctuation.
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g

/** Shows JSON with indentation and colours. A text that is not JSON is shown as it is. */
export function Json({ value }: { value: unknown }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return (
    <pre class="block">
      <code>{coloured(text)}</code>
    </pre>
  )
}

function coloured(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = []
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match
    const kind = quoted ? (colon ? 'json-key' : 'json-text') : 'json-word'
    parts.push(text.slice(end, match.index), <span class={kind}>{quoted ?? whole}</span>, colon)
    end = match.index + whole.length
  }
  return [...parts, text.slice(end)]
}
