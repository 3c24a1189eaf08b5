import fc from 'fast-check'
import { type Rights, rights, toKeys } from './callers.ts'

/** The settings that the property is run under, each named as in config.toml. */
export interface Settings {
  default_seconds: number
  max_seconds: number
  on_expire: 'delete' | 'stop'
  stopped_seconds: number
  unmarked: 'keep' | 'expire'
  stuck_after_seconds: number
  max_deletions_per_run: number
  vnc_token_ttl_seconds: number
  vnc_token_reuse_seconds: number
  max_sandboxes: number
  max_sandboxes_per_owner: number
  project_name: string
  max_tries: number
  rights: Rights
}

export const settings: fc.Arbitrary<Settings> = fc.record({
  default_seconds: fc.constantFrom(600, 86_400, 0),
  max_seconds: fc.constantFrom(604_800, 7_200, 0),
  on_expire: fc.constantFrom('delete', 'stop'),
  stopped_seconds: fc.constantFrom(900, 60),
  unmarked: fc.constantFrom('keep', 'expire'),
  stuck_after_seconds: fc.constantFrom(1_800, 60),
  max_deletions_per_run: fc.constantFrom(1_000, 2, 1),
  vnc_token_ttl_seconds: fc.constantFrom(300, 25),
  vnc_token_reuse_seconds: fc.constantFrom(0, 600),
  max_sandboxes: fc.constantFrom(0, 0, 8),
  max_sandboxes_per_owner: fc.constantFrom(0, 0, 3),
  project_name: fc.constantFrom('', 'desktops'),
  max_tries: fc.constantFrom(2, 3),
  rights,
})

/** A try of a call to the cloud takes no longer. */
export const TRY_SECONDS = 1

/** As `configure` takes them. */
export function inEnvironment(settings: Settings): Record<string, string> {
  const { vnc_token_ttl_seconds, vnc_token_reuse_seconds, max_sandboxes, max_sandboxes_per_owner, ...others } = settings
  const { project_name, max_tries, rights, ...lifetime } = others
  const all = {
    'security.keys': JSON.stringify(toKeys(rights)),
    'security.vnc_token_ttl_seconds': vnc_token_ttl_seconds,
    'security.vnc_token_reuse_seconds': vnc_token_reuse_seconds,
    'security.max_sandboxes': max_sandboxes,
    'security.max_sandboxes_per_owner': max_sandboxes_per_owner,
    'instance.project_name': project_name,
    'volcengine.max_tries': max_tries,
    'volcengine.try_timeout_seconds': TRY_SECONDS,
    ...Object.fromEntries(Object.entries(lifetime).map(([key, value]) => [`lifetime.${key}`, value])),
  }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, `${value}`]))
}
