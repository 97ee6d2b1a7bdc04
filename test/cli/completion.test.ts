import { spawnSync } from 'node:child_process';
import { run } from '../../lib/cli/main';
import { inProcessAsync } from '../support/in-process';

const completion = (shell: string) => inProcessAsync(run, ['completion', shell]);

let bash = '';
beforeAll(async () => {
  bash = (await completion('bash')).stdout;
});

/** What bash offers after these words, the last of which is incomplete. */
function offered(...words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const script = `${bash}
    COMP_WORDS=(power-safe-k3s ${line}); COMP_CWORD=${words.length}; _power_safe_k3s; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter(Boolean);
}

describe('completion in bash', () => {
  test('offers the commands', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['init', 'plan', 'apply', 'doctor', '--version']));
    expect(offered('ap')).toEqual(['apply']);
  });

  test('offers the options of the command', () => {
    expect(offered('apply', '--pr')).toEqual(['--prune']);
    expect(offered('check', '--pr')).toEqual([]);
  });

  test('offers subcommands with their options', () => {
    expect(offered('secret', 'n')).toEqual(['nut']);
    expect(offered('secret', 'nut', '--prim')).toEqual(['--primary-file']);
  });

  test('leaves a file name to the shell', () => {
    expect(offered('verify', 'metallb')).toEqual([]);
  });
});

test('completion in zsh is that of bash', async () => {
  const { stdout } = await completion('zsh');
  expect(stdout).toBe(`autoload -U +X bashcompinit && bashcompinit\n${bash}`);
});

test('completion in fish has a line for each option', async () => {
  const { stdout } = await completion('fish');
  expect(stdout).toContain("complete -c power-safe-k3s -n '__fish_seen_subcommand_from apply' -l prune\n");
  expect(stdout).toMatch(
    /^complete -c power-safe-k3s -n __fish_use_subcommand -a verify -d 'Compares this project\\'s /m,
  );
});

test('completion for another shell ends with 2', async () => {
  expect(await completion('tcsh')).toMatchObject({ status: 2, stdout: '' });
});
