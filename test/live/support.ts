import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Files } from '../../lib/files/outputs';
import { kubectlPath } from '../support/kubectl';
import { ApiServer } from './api-server';
import type { Behaviour } from './controllers';

/** How a program ended, and its lines. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without stopping this process, in which the API server lives. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** An API server, a folder with its kubeconfig, and kubectl. */
export class ApplyLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'apply-'));
  readonly server: ApiServer;

  constructor(behaviour?: Behaviour) {
    this.server = new ApiServer(behaviour);
  }

  async start(): Promise<this> {
    await this.server.start();
    const context = (name: string) => ({ name, context: { cluster: 'home', user: 'admin' } });
    this.write('kubeconfig', {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'home', cluster: { server: this.server.url } }],
      users: [{ name: 'admin', user: {} }],
      contexts: ['home', 'home-dns', 'home-k3s-1'].map(context),
      'current-context': 'home',
    });
    return this;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Writes an object as YAML, or a text as it is, and returns its path. */
  write(name: string, content: object | string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : stringify(content));
    return path;
  }

  /** Writes files of dist/ into a folder and returns its path. */
  writeDist(files: Files, folder = 'dist'): string {
    for (const [name, text] of files) this.write(join(folder, name), text);
    return this.path(folder);
  }

  /** Nothing of the caller's own kubectl is read or written. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.folder, KUBECONFIG: this.path('kubeconfig') };
  }

  kubectl(...args: string[]): Promise<Ended> {
    return run(kubectlPath(), args, this.env);
  }
}
