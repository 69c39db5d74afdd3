/** CloudEvents 1.0 in structured JSON mode: one self-describing text that survives being copied to a file. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  /** Unique together with `source`; deterministic for everything that must act once. */
  readonly id: string;
  /** `/petabakat/<service>`. */
  readonly source: string;
  /** `petabakat.<subject>.<verb-in-past>.v<major>`. */
  readonly type: string;
  /** What the event is about: the record's key. */
  readonly subject: string;
  /** RFC 3339 UTC with milliseconds, by the clock of the producing server. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Address of the frozen JSON Schema of `data`, relative to the platform's public origin. */
  readonly dataschema: string;
  /** CloudEvents extension: follows one request through all services' logs. */
  readonly correlationid?: string;
  readonly data: Data;
}
