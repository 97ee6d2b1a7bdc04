import { judge } from './judge';
import { type Outputs, outputsOf } from './outputs';

/** A text whose outputs are wanted, and its number. */
interface Request {
  readonly id: number;
  readonly text: string;
}

interface Reply {
  readonly id: number;
  readonly outputs?: Outputs;
  readonly error?: string;
}

/** The side of the worker: builds the outputs of the texts that it is sent, so that the page keeps its frames. */
export function serve(): void {
  addEventListener('message', ({ data: { id, text } }: MessageEvent<Request>) => {
    postMessage(replyTo(id, text));
  });
}

function replyTo(id: number, text: string): Reply {
  try {
    const { cluster } = judge(text);
    return { id, ...(cluster && { outputs: outputsOf(cluster) }) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

/**
 * The side of the page: builds the outputs of the latest text in a worker that runs the script of this page.
 *
 * @param done receives the text and its outputs; an older text is skipped
 * @param failed receives the message of an error
 */
export function builder(
  script: string,
  done: (text: string, outputs: Outputs) => void,
  failed: (message: string) => void,
): (text: string) => void {
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  let last: Request = { id: 0, text: '' };
  let isBusy = false;
  const send = () => {
    isBusy = true;
    worker.postMessage(last);
  };
  worker.addEventListener('error', ({ message }) => failed(message));
  worker.addEventListener('message', ({ data: { id, outputs, error } }: MessageEvent<Reply>) => {
    isBusy = false;
    if (id !== last.id) return send();
    if (error !== undefined) failed(error);
    if (outputs) done(last.text, outputs);
  });
  return (text) => {
    last = { id: last.id + 1, text };
    if (!isBusy) send();
  };
}
