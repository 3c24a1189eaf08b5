import type { Config } from '../../shared/config/schema.ts'
import type { MachinesOptions } from '../emulator/machines/index.ts'
import { installCommand, missingPackages } from '../emulator/machines/packages.ts'
import { LocalError } from './error.ts'

/** What runs in the emulated machines: what the functions expect there, by their configuration. */
export function machinesFor({ terminal, windows }: Config, wantsDesktops: boolean): MachinesOptions {
  return {
    ...(wantsDesktops && { desktops: { port: terminal.vnc_port } }),
    // It has no certificate that the functions would accept.
    ...(windows.agent_scheme === 'http' && {
      passwordAgent: { port: windows.agent_port, user: windows.agent_user, key: windows.agent_key },
    }),
  }
}

/** Throws LocalError, with what to do about it, where desktops cannot be started on this computer. */
export function checkDesktops(platform: string = process.platform, path?: string): void {
  if (platform !== 'linux') {
    throw new LocalError('--desktops needs Linux: its desktops are X servers at loopback addresses of their own')
  }
  const missing = missingPackages(path)
  if (missing.length > 0) {
    throw new LocalError(
      `--desktops needs programs that are not installed; on Debian and Ubuntu: ${installCommand(missing)}`,
    )
  }
}
