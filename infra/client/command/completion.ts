import { Argument, type Command, type Option } from 'commander'
import { addNotes } from './help.ts'
import type { Tool } from './tool.ts'

/** In each script, the command itself finds the words. It gets the line so far, whose last word is not complete. */
const SCRIPTS = {
  bash: `_ecs_manager() {
  local IFS=$'\\n'
  COMPREPLY=($(ecs-manager complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _ecs_manager ecs-manager`,
  zsh: `#compdef ecs-manager
_ecs_manager() {
  local -a found
  found=("\${(@f)$(ecs-manager complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${#found[1]} )); then compadd -- "\${found[@]}"; else _files; fi
}
compdef _ecs_manager ecs-manager`,
  fish: `complete -c ecs-manager -f -a '(ecs-manager complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
}

const NOTES = {
  examples: [
    "bash: echo 'source <(ecs-manager completion bash)' >> ~/.bashrc",
    "zsh:  echo 'source <(ecs-manager completion zsh)' >> ~/.zshrc     (after compinit)",
    'fish: ecs-manager completion fish > ~/.config/fish/completions/ecs-manager.fish',
  ],
}

export function addCompletion(program: Command, { terminal }: Tool): void {
  addNotes(program.command('completion'), NOTES)
    .description('Print a script with which a shell completes this command')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => {
      terminal.stdout.write(`${SCRIPTS[shell]}\n`)
    })
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => {
      for (const word of complete(program, words)) terminal.stdout.write(`${word}\n`)
    })
}

/** Returns what the last word can be. */
export function complete(program: Command, words: readonly string[]): string[] {
  const started = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  let command = program
  for (const word of before) command = find(command, word) ?? command
  return candidates(program, command, before.at(-1), started).filter((candidate) => candidate.startsWith(started))
}

const find = ({ commands }: Command, word: string) =>
  commands.find((command) => command.name() === word || command.alias() === word)

function candidates(program: Command, command: Command, previous: string | undefined, started: string): string[] {
  const help = command.createHelp()
  const options = new Set([...help.visibleOptions(command), ...program.options])
  const isPrevious = ({ short, long }: Option) => previous !== undefined && [short, long].includes(previous)
  const needsValue = [...options].find((option) => option.required && isPrevious(option))
  if (needsValue) return needsValue.argChoices ?? []
  if (started.startsWith('-')) return [...new Set([...options].flatMap(({ long }) => long ?? []))]
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)
  return [...help.visibleCommands(command).map((visible) => visible.name()), ...choices]
}
