import type RFB from '@novnc/novnc'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useWords } from '../common/language.ts'
import { keysymsOf } from './keysyms.ts'
import { words } from './words.ts'

type ClipboardPanelProps = {
  rfb: RFB
  text: string
  onText: (text: string) => void
  onClose: () => void
}

/** Text to and from the desktop: its clipboard, the one of this computer, and typing for where neither is read. */
export function ClipboardPanel({ rfb, text, onText, onClose }: ClipboardPanelProps) {
  const { desktop, close } = useWords(words)
  const [said, setSaid] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  useLayoutEffect(() => field.current?.focus(), []) // before the next key, which else presses a button

  const put = () => {
    rfb.clipboardPasteFrom(text)
    setSaid(desktop.clipboardSent)
  }
  const type = () => {
    for (const keysym of keysymsOf(text)) rfb.sendKey(keysym, null)
    setSaid(desktop.clipboardTyped)
  }
  const take = async (work: () => Promise<string>) => {
    try {
      setSaid(await work())
    } catch {
      setSaid(desktop.clipboardDenied)
    }
  }
  const copyToMine = () =>
    take(async () => {
      await navigator.clipboard.writeText(text)
      return desktop.clipboardCopied
    })
  const pasteMine = () =>
    take(async () => {
      onText(await navigator.clipboard.readText())
      return ''
    })

  return (
    <section
      class="clipboard"
      aria-labelledby={`${id}-title`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.isComposing) onClose()
      }}
    >
      <h2 id={`${id}-title`}>{desktop.clipboardTitle}</h2>
      <textarea
        ref={field}
        class="input"
        rows={5}
        aria-label={desktop.clipboardText}
        aria-describedby={`${id}-hint`}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`} role="status">
        {said || desktop.clipboardHint}
      </p>
      <div class="clipboard-actions">
        <button type="button" class="button primary" onClick={put}>
          {desktop.toDesktop}
        </button>
        <button type="button" class="button" onClick={type} disabled={text === ''}>
          {desktop.type}
        </button>
        <button type="button" class="button" onClick={pasteMine}>
          {desktop.fromMine}
        </button>
        <button type="button" class="button" onClick={copyToMine} disabled={text === ''}>
          {desktop.copyToMine}
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          {close}
        </button>
      </div>
    </section>
  )
}
