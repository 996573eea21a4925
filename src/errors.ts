/** What went wrong, as the exit code that tells it to a shell. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  data: 3,
  gate: 4,
  device: 5,
  artifact: 6,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

export interface MaasErrorOptions {
  /** What the user can do about it, as one sentence. */
  hint?: string;
  /** Facts for machines: file, line, columns and the like. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** A `MaasError` as plain data, which can be sent from thread to thread and stays what it is. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  hint: string | undefined;
  details: Record<string, unknown> | undefined;
}

/** A known fault: one sentence that names the thing, what was expected and what was found. */
export class MaasError extends Error {
  override readonly name = 'MaasError';
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: MaasErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.details = options.details;
  }

  plain(): PlainError {
    const { code, message, hint, details } = this;
    return { code, message, hint, details };
  }

  static from({ code, message, hint, details }: PlainError): MaasError {
    return new MaasError(code, message, { ...(hint && { hint }), ...(details && { details }) });
  }
}
