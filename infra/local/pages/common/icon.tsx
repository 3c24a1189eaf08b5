// On a grid of 16, with a stroke width of 1.5.
const PATHS = {
  back: 'M9.5 3.5 5 8l4.5 4.5',
  check: 'm3.5 8.5 3 3 6-7',
  clipboard: 'M5.5 3.5h-1a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1v-8a1 1 0 0 0-1-1h-1m-5-1h5v2h-5z',
  clock: 'M8 2.25a5.75 5.75 0 1 1 0 11.5 5.75 5.75 0 0 1 0-11.5M8 5v3.25l2 1.5',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M6.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1m-1 5h-2a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v2',
  dark: 'M13.25 9.6A5.5 5.5 0 0 1 6.4 2.75a5.5 5.5 0 1 0 6.85 6.85',
  desktop: 'M2.75 3h10.5a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H2.75a.5.5 0 0 1-.5-.5v-7a.5.5 0 0 1 .5-.5M8 11v2.5m-2.5 0h5',
  eye: 'M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8M8 6.25a1.75 1.75 0 1 1 0 3.5 1.75 1.75 0 0 1 0-3.5',
  fit: 'M2.75 6V3.25a.5.5 0 0 1 .5-.5H6m4 0h2.75a.5.5 0 0 1 .5.5V6m0 4v2.75a.5.5 0 0 1-.5.5H10m-4 0H3.25a.5.5 0 0 1-.5-.5V10M6 6h4v4H6z',
  fullscreen: 'M9.75 2.75h3.5v3.5m0-3.5L9.25 6.75m-3 6.5h-3.5v-3.5m0 3.5 4-4',
  keyboard:
    'M2.25 4h11.5a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H2.25a.5.5 0 0 1-.5-.5v-7a.5.5 0 0 1 .5-.5M4.5 6.75h.01m2.32 0h.01m2.32 0h.01m2.32 0h.01M5.5 9.5h5',
  light:
    'M8 5.25a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 0 1 0-5.5M8 1.5v1m0 11v1M3.4 3.4l.7.7m7.8 7.8.7.7M1.5 8h1m11 0h1M3.4 12.6l.7-.7m7.8-7.8.7-.7',
  plus: 'M8 3.25v9.5M3.25 8h9.5',
  refresh: 'M13.25 8a5.25 5.25 0 1 1-1.6-3.77l1.6 1.52m0-3.25v3.25H10',
  restart: 'M2.75 8a5.25 5.25 0 1 0 1.6-3.77L2.75 5.75m0-3.25v3.25H6',
  search: 'M7 2.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5m3 7.25 3.25 3.25',
  stop: 'M8 2.25v5M4.75 4.35a5 5 0 1 0 6.5 0',
  system: 'M2.75 3.5h10.5v7H2.75zM6 13h4m-2-2.5V13',
  trash:
    'M2.75 4.25h10.5m-8.75 0 .6 8.3a.75.75 0 0 0 .75.7h4.3a.75.75 0 0 0 .75-.7l.6-8.3m-5.25 0V3.1a.6.6 0 0 1 .6-.6h2.3a.6.6 0 0 1 .6.6v1.15',
  warning: 'M8 2.5 14.25 13H1.75zm0 4v3m0 1.9v.1',
} as const

export type IconName = keyof typeof PATHS

/** An icon beside a word, or in a button with a label. Screen readers skip it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path d={PATHS[name]} stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}

/** The logo of the product: a desktop with a pointer on it. */
export function Logo() {
  return (
    <svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect x="2" y="3" width="20" height="15" rx="3.5" fill="currentColor" />
      <path d="M8 21h8" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
      <path d="m9.5 7 6.5 3.2-2.9.9-1.2 2.9z" fill="var(--surface)" />
    </svg>
  )
}
