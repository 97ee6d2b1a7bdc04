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

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message);

/** A field that a validation of the object itself refuses, in the words of field.Error. */
export const invalid = (kind: string, name: string, problems: readonly string[]): Refusal =>
  new Refusal(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}`,
  );
