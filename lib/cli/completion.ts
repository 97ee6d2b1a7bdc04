import { Argument, type Command } from 'commander';
import { command, exitStatus } from './program';

const HELP = `
  power-safe-k3s completion bash > ~/.local/share/bash-completion/completions/power-safe-k3s
  echo 'eval "$(power-safe-k3s completion zsh)"' >> ~/.zshrc
  power-safe-k3s completion fish > ~/.config/fish/completions/power-safe-k3s.fish

${exitStatus('failed')}`;

type Shell = 'bash' | 'zsh' | 'fish';

/** A command and what may follow its name. */
interface Words {
  readonly name: string;
  readonly description: string;
  readonly words: readonly string[];
}

const longOptions = (one: Command): string[] => one.options.flatMap(({ long }) => long ?? []);

/** The commands of the program; a command with subcommands has their options too. */
const wordsOf = (program: Command): Words[] =>
  program.commands.map((one) => ({
    name: one.name(),
    description: one.description(),
    words: [one, ...one.commands].flatMap((inner) => [...(inner === one ? [] : [inner.name()]), ...longOptions(inner)]),
  }));

const SCRIPTS: Readonly<Record<Shell, (program: Command) => string>> = {
  bash: (program) => bashScript(program),
  zsh: (program) => `autoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`,
  fish: fishScript,
};

/** Completes commands and options; everything else is a file. */
function bashScript(program: Command): string {
  const commands = wordsOf(program);
  const cases = commands.map(({ name, words }) => `    ${name}) words='${[...words, '--help'].join(' ')}' ;;`);
  return `_power_safe_k3s() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words= ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] || words='${commands.map(({ name }) => name).join(' ')} --help --version'
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _power_safe_k3s power-safe-k3s
`;
}

function fishScript(program: Command): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  return wordsOf(program)
    .flatMap(({ name, description, words }) => [
      `complete -c power-safe-k3s -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...words.map((word) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
        return `complete -c power-safe-k3s -n '__fish_seen_subcommand_from ${name}' ${what}`;
      }),
    ])
    .join('\n')
    .concat('\n');
}

export const completionCommand = command('completion')
  .description('Prints a completion script for a shell.')
  .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
  .addHelpText('after', HELP)
  .action((shell: Shell, _: object, self: Command) => {
    if (self.parent) process.stdout.write(SCRIPTS[shell](self.parent));
  });
