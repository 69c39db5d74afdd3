/** The record is certainly not in the log, now or later. */
export class AppendRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AppendRefused';
  }
}

/** The record may be in the log. A repeat may therefore stand there twice. */
export class AppendUnknown extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AppendUnknown';
  }
}

/** Nothing was taken: the queue is at its bound. */
export class AccumulatorFull extends Error {
  constructor() {
    super('the accumulator is full');
    this.name = 'AccumulatorFull';
  }
}
