import type { Config } from '../../shared/config/schema.ts'
import type { MachinesOptions } from '../emulator/machines/index.ts'
import { installCommand, missingPackages } from '../emulator/machines/packages.ts'
import { LocalError } from './error.ts'

/** The programs in the emulated machines: what the functions expect there, according to their configuration. */
export function machinesFor({ terminal, windows }: Config, wantsDesktops: boolean): MachinesOptions {
  return {
    ...(wantsDesktops && { desktops: { port: terminal.vnc_port } }),
    // For https, the emulated agent has no certificate that the functions would accept.
    ...(windows.agent_scheme === 'http' && {
      passwordAgent: { port: windows.agent_port, user: windows.agent_user, key: windows.agent_key },
    }),
  }
}

/** Throws LocalError, which says what to do, if this computer cannot run desktops. */
export function checkDesktops(platform: string = process.platform, path?: string): void {
  if (platform !== 'linux') {
    throw new LocalError('--desktops needs Linux: each desktop is an X server with its own loopback address')
  }
  const missing = missingPackages(path)
  if (missing.length > 0) {
    throw new LocalError(
      `--desktops needs programs that are not installed; on Debian and Ubuntu: ${installCommand(missing)}`,
    )
  }
}
