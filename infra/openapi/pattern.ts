/**
 * A regular expression as JSON Schema has it (`pattern`: ECMA-262, taken with the flag `u`), which has no flags: with `i`
 * each letter is spelled out in both cases.
 * @throws {Error} for what cannot be written without its flags
 */
export function patternOf({ source, flags }: RegExp): string {
  if (!/^i?u?$/.test(flags)) throw new Error(`/${source}/${flags} cannot be a pattern of JSON Schema: it has no flags.`)
  // With u, JavaScript refuses escapes that it else ignores.
  new RegExp(source, 'u')
  if (!flags.includes('i')) return source
  return source.replace(PART, (part) => {
    if (part.startsWith('[') && LETTERS_IN_CLASS.test(part.replace(/\\([pP]\{[^}]*\}|.)/g, ''))) {
      throw new Error(`/${source}/${flags} cannot be a pattern of JSON Schema: ${part} has letters, and no flag i.`)
    }
    return /^[a-z]$/i.test(part) ? bothCases(part, flags) : part
  })
}

// A class, an escape, the head of a group, or one character.
const PART = /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|\(\?(?:<?[=!]|:|<\w+>)|./gsu
const LETTERS_IN_CLASS = /[a-z]/i

// With u too, two letters have a third form: the long s and the sign of Kelvin (Unicode, CaseFolding.txt).
const THIRD: Record<string, string> = { s: 'ſ', k: '\u212a' }

function bothCases(letter: string, flags: string): string {
  const small = letter.toLowerCase()
  return `[${small.toUpperCase()}${small}${(flags.includes('u') && THIRD[small]) || ''}]`
}
