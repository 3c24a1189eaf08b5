/** A command that the permissions of files hold for: for root they do only without this capability (capabilities(7)). */
export function heldByPermissions(...command: string[]): [program: string, ...args: string[]] {
  const [program = '', ...args] = command
  if (process.getuid?.() !== 0) return [program, ...args]
  return ['setpriv', '--bounding-set=-dac_override,-dac_read_search', program, ...args]
}
