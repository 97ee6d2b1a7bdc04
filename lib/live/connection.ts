import { connect } from './connect';
import { Deadline } from './deadline';
import { Kubectl } from './kubectl';
import { PatientKubectl } from './patient-kubectl';
import type { Progress } from './progress';

/** Which cluster, by which kubectl. */
export interface ConnectionOptions {
  /** @default - kubectl's current context */
  readonly context?: string;
  readonly kubeconfig?: string;
  /** URLs of the site's API servers. The current context must have one of them; a named context is not checked. */
  readonly servers: readonly string[];
  readonly kubectl: string;
  /** Limit for all waits together. */
  readonly timeoutMs: number;
  readonly progress: Progress;
}

/** An API server that has answered. */
export interface Connection {
  readonly kubectl: PatientKubectl;
  /** The same without retries. */
  readonly direct: Kubectl;
  readonly deadline: Deadline;
  readonly context: string;
  readonly server: string;
}

/** @throws ApplyError as `connect` does */
export async function connectTo(options: ConnectionOptions): Promise<Connection> {
  const { progress, context, kubeconfig, servers } = options;
  const deadline = new Deadline(options.timeoutMs);
  const kubectl = new Kubectl(options.kubectl, kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]);
  const target = await progress.during(
    () => 'connecting to the API server',
    connect(kubectl, { context, kubeconfig, servers, deadline }),
  );
  const direct = kubectl.with(`--context=${target.context}`);
  return { ...target, deadline, direct, kubectl: new PatientKubectl(direct, deadline, progress) };
}
