import { fromCommandLine, fromFile, merged } from './k3os/config';
import { ccapplyService, k3sArguments, k3sService } from './k3os/services';

describe('k3OS configuration', () => {
  test('a later source replaces a whole list or map of labels, and keeps the other keys', () => {
    const system = fromFile('run_cmd: [a, b]\nk3os: {k3s_args: [server, --server=x], labels: {a: "1", b: "2"}}');
    expect(merged(system, fromFile('k3os: {labels: {c: "3"}}'))).toEqual({
      run_cmd: ['a', 'b'],
      k3os: { k3s_args: ['server', '--server=x'], labels: { c: '3' } },
    });
    expect(merged(system, fromFile('run_cmd: [c]')).run_cmd).toEqual(['c']);
  });

  test('the kernel command line is split at blanks and at the first =', () => {
    const line = 'quiet console=tty1 k3os.k3s_args=server  k3os.k3s_args=--tls-san=[fd00::1]';
    expect(fromCommandLine(line)).toEqual({ k3os: { k3s_args: ['server', '--tls-san=[fd00::1]'] } });
  });

  test('an empty file sets nothing', () => expect(merged(fromFile(''))).toEqual({ k3os: {} }));
});

describe('the services of k3OS', () => {
  test('labels are arguments after k3s_args, whose default is a server', () => {
    expect(k3sArguments({ k3os: { k3s_args: ['agent'], labels: { 'ups-device': 'ups1' } } })).toEqual([
      ...['agent', '--node-label', 'k3os.io/mode=local', '--node-label', 'ups-device=ups1'],
    ]);
    expect(k3sArguments({})[0]).toBe('server');
  });

  test('quotes are kept in both services', () => {
    expect(k3sService(["it's"])).toContain(`command_args="'it'\\''s'"\n`);
    expect(ccapplyService(["echo 'a'", 'b'])).toContain("  true &&\n  sh -c 'echo '\\''a'\\''' &&\n  sh -c 'b'\n}");
    expect(ccapplyService([])).toContain('start() {\n  true\n}');
  });
});
