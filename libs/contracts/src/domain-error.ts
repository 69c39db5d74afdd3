import { ERROR_CODES, type ErrorCode, type ErrorSpec } from './error-codes';

/** One thing that is wrong with an input. Values that may identify a person are never echoed. */
export interface Problem {
  /** Where: a field path, a file's row and column, a variable's name. */
  readonly at: string;
  readonly message: string;
}

export interface DomainErrorOptions {
  readonly problems?: readonly Problem[];
  /** Seconds after which a repeat makes sense; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  /** More members of the problem document. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal with a documented code. Everything else that is thrown is a defect or an outage. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly options: DomainErrorOptions;

  constructor(code: ErrorCode, detail?: string, options: DomainErrorOptions = {}) {
    super(detail ?? ERROR_CODES[code].title, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.options = options;
  }

  get spec(): ErrorSpec {
    return ERROR_CODES[this.code];
  }
}
