const maxCharacters = 1024 * 1024

/** The latest lines of one instance, up to `maxCharacters`. */
export class InstanceLog {
  #lines: string[] = []
  #characters = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length + 1
    // Drop a tenth at a time: a shift for each line would move the whole array each time.
    while (this.#characters > maxCharacters && this.#lines.length > 1) {
      const dropped = this.#lines.splice(0, Math.ceil(this.#lines.length / 10))
      for (const old of dropped) this.#characters -= old.length + 1
    }
  }

  /** The last `limit` lines, by default all, each with a newline. */
  text(limit = this.#lines.length): string {
    return this.#lines
      .slice(-limit)
      .map((line) => `${line}\n`)
      .join('')
  }
}
