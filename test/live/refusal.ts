/** What an API server answers in place of an object: a Status with its HTTP code. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }

  get status(): object {
    const { code, reason, message } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  }
}

export const notFound = (message: string): Refusal => new Refusal(404, 'NotFound', message);

/** For what a real server can do and this one cannot: a test that needs it fails, and does not pass for a wrong reason. */
export const notEmulated = (what: string): Refusal =>
  new Refusal(501, 'NotImplemented', `the emulated API server has no ${what}`);
