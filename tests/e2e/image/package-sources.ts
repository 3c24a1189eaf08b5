import { execFileSync } from 'node:child_process'

/** The package sources of this computer, for a folder with Debian 12. */
export interface PackageSources {
  /** The repository for debootstrap. */
  mirror: string
  /** The content of sources.list. */
  list: string
  /** The content of a file of apt.conf.d: proxies, timeouts and checks. */
  settings: string
}

const FIELDS = '$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)'
const PUBLIC_MIRROR = 'http://deb.debian.org/debian'

/** On another system, such as Ubuntu, these are the public repository of Debian and the proxies of this computer. */
export function packageSources(): PackageSources {
  const targets = run('apt-get', 'indextargets', '--format', FIELDS, 'Created-By: Packages').split('\n')
  const own = targets
    .filter((line) => /^Debian bookworm(-updates|-security)? .* main$/.test(line))
    .map((line) => line.split(' ').slice(2).join(' '))
  const mirror = own.find((source) => source.endsWith(' bookworm main'))?.split(' ')[0]
  const sources = mirror ? own : [`${PUBLIC_MIRROR} bookworm main`]
  const settings = run('apt-config', 'dump')
    .split('\n')
    // A program that looks for a proxy is not in the folder.
    .filter((line) => /^Acquire::(https?|Check-|Retries)/.test(line) && !/Auto-?Detect/i.test(line))
  return {
    mirror: mirror ?? PUBLIC_MIRROR,
    list: sources.map((source) => `deb ${source}\n`).join(''),
    settings: `${settings.join('\n')}\n`,
  }
}

const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' })
