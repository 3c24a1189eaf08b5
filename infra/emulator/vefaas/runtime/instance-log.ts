const maxCharacters = 1024 * 1024

/** The latest lines that one instance has written, 1 MiB of them at most. */
export class InstanceLog {
  #lines: string[] = []
  #characters = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length + 1
    // Dropped in bulk: a shift for each line would move the whole list each time.
    while (this.#characters > maxCharacters && this.#lines.length > 1) {
      const dropped = this.#lines.splice(0, Math.ceil(this.#lines.length / 10))
      for (const old of dropped) this.#characters -= old.length + 1
    }
  }

  /** The last `limit` lines, all unless given, each with its end. */
  text(limit = this.#lines.length): string {
    return this.#lines
      .slice(-limit)
      .map((line) => `${line}\n`)
      .join('')
  }
}
