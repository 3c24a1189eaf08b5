/**
 * In the bundles these stand for two modules of smol-toml (2 kB): config.toml has no dates, and of an error its place is
 * enough. The lines around the place, which the original adds, may hold a secret.
 */
export class TomlError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, { toml, ptr }: { toml: string; ptr: number }) {
    super(`Invalid TOML document: ${message}`)
    const lines = toml.slice(0, ptr).split('\n')
    this.line = lines.length
    this.column = (lines.at(-1)?.length ?? 0) + 1
  }

  static x(message: string, context: { s: string; p: number }, ptr = context.p): never {
    throw new TomlError(message, { toml: context.s, ptr })
  }
}

/** No date is valid: one in the file is refused like any other value that TOML does not know. */
export class TomlDate {
  isValid(): boolean {
    return false
  }
}
