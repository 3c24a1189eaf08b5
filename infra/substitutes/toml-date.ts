/**
 * In the bundles this stands for the dates of smol-toml (1.5 kB): config.toml has none, so that one where a value should
 * be is refused like any other value that TOML does not know.
 */
export class TomlDate {
  isValid(): boolean {
    return false
  }
}
