/** The part of noVNC that the console uses. noVNC has no types; see its docs/API.md. */
declare module '@novnc/novnc' {
  export type RfbOptions = { shared?: boolean; credentials?: { password?: string } }

  /** Detail of the event `credentialsrequired`. */
  export type RequiredCredentials = { types: ('username' | 'password' | 'target')[] }

  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket | string, options?: RfbOptions)
    viewOnly: boolean
    focusOnClick: boolean
    scaleViewport: boolean
    resizeSession: boolean
    showDotCursor: boolean
    background: string
    qualityLevel: number
    compressionLevel: number
    disconnect(): void
    sendCredentials(credentials: { password: string }): void
    sendCtrlAltDel(): void
    sendKey(keysym: number, code: string | null, down?: boolean): void
    focus(options?: FocusOptions): void
    blur(): void
    clipboardPasteFrom(text: string): void
  }
}
