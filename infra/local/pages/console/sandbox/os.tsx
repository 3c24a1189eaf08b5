export const OS_TYPES = ['Linux', 'Windows'] as const

export type OsType = (typeof OS_TYPES)[number]

/** The icon of a terminal for Linux, of a window for Windows. */
export function OsIcon({ os }: { os: string }) {
  const path =
    os === 'Windows'
      ? 'M2.75 2.75h10.5v10.5H2.75zM8 2.75v10.5M2.75 8h10.5'
      : 'M3 2.75h10a.5.5 0 0 1 .5.5v9.5a.5.5 0 0 1-.5.5H3a.5.5 0 0 1-.5-.5v-9.5a.5.5 0 0 1 .5-.5m2 3.5L6.75 8 5 9.75M8 10h2.75'
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path d={path} stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}
