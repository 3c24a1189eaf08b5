/** Whether an origin (RFC 6454), e.g. `http://localhost:3000`, names this computer. */
export function isLocalOrigin(origin: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(origin)
}
