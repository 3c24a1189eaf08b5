import type RFB from '@novnc/novnc'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useTexts } from '../../common/language.ts'
import { consoleTexts } from '../texts/texts.ts'
import { keysymsOf } from './keysyms.ts'

type ClipboardPanelProps = {
  rfb: RFB
  text: string
  onText: (text: string) => void
  onClose: () => void
}

/**
 * Exchanges text between the clipboards of the desktop and of this device. Can also type the text, for programs that do
 * not read the clipboard.
 */
export function ClipboardPanel({ rfb, text, onText, onClose }: ClipboardPanelProps) {
  const { desktop, close } = useTexts(consoleTexts)
  const [message, setMessage] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  useLayoutEffect(() => field.current?.focus(), []) // before the next key, which would otherwise press a button

  const sendToDesktop = () => {
    rfb.clipboardPasteFrom(text)
    setMessage(desktop.clipboardSent)
  }
  const type = () => {
    for (const keysym of keysymsOf(text)) rfb.sendKey(keysym, null)
    setMessage(desktop.clipboardTyped)
  }
  const reportResult = async (action: () => Promise<string>) => {
    try {
      setMessage(await action())
    } catch {
      setMessage(desktop.clipboardDenied)
    }
  }
  const copyToDevice = () =>
    reportResult(async () => {
      await navigator.clipboard.writeText(text)
      return desktop.clipboardCopied
    })
  const pasteFromDevice = () =>
    reportResult(async () => {
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
        {message || desktop.clipboardHint}
      </p>
      <div class="clipboard-actions">
        <button type="button" class="button primary" onClick={sendToDesktop}>
          {desktop.toDesktop}
        </button>
        <button type="button" class="button" onClick={type} disabled={text === ''}>
          {desktop.type}
        </button>
        <button type="button" class="button" onClick={pasteFromDevice}>
          {desktop.pasteFromDevice}
        </button>
        <button type="button" class="button" onClick={copyToDevice} disabled={text === ''}>
          {desktop.copyToDevice}
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          {close}
        </button>
      </div>
    </section>
  )
}
