import type { Command } from 'commander'

const MAX_WIDTH = 100

interface Notes {
  /** A paragraph. Its line breaks do not count. */
  text?: string
  examples?: readonly string[]
}

/** Adds text after the options of a command. */
export function addNotes(command: Command, { text, examples = [] }: Notes): Command {
  return command.addHelpText('after', ({ error }) => {
    const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput()
    const width = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? MAX_WIDTH
    const blocks: string[] = []
    if (text) blocks.push(command.createHelp().boxWrap(text.replace(/\s+/g, ' '), width))
    if (examples.length > 0) blocks.push(['Examples:', ...examples.map((example) => `  ${example}`)].join('\n'))
    return `\n${blocks.join('\n\n')}`
  })
}

/** Help is at most as wide as its terminal, and not wider than one can read. */
export const helpWidth = (width: number) => Math.min(width, MAX_WIDTH)
