/** The status of a request whose sender went away before the answer; nginx's number. */
export const GONE = 499;

/** Why a request is not answered: an HTTP status, and a sentence of what was expected and found. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
    /** Seconds after which another try may succeed. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}
