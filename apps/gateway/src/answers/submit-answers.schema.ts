import { type AnswerResponse, AnswerSubmitted, DomainError, type Problem, RESPONSE_BYTES_MAX } from '@app/contracts';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020';

/** A client that was offline sends what it kept in few requests; more would make one refusal repeat too much. */
export const REQUEST_ANSWERS_MAX = 100;
/** 100 answers of 600 bytes, or one essay at the item's limit of 4,000 characters with room to spare. */
export const ANSWERS_BODY_BYTES_MAX = 65_536;

export interface SubmittedAnswer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: AnswerResponse;
  readonly answeredAt: string;
}

/** Neither U+0000 nor half a surrogate pair can stand in PostgreSQL's jsonb. */
const STORABLE_TEXT = '^[^\\u0000\\ud800-\\udfff]*$';

/** A control character as JSON writes it: `\\u0001`. */
const ESCAPED_BYTES_MAX = 6;
const QUOTES_BYTES = 2;

const { itemId, seq, response } = AnswerSubmitted.properties;

/** The body of the answer route; fields it does not name are ignored. */
export const SUBMIT_ANSWERS_SCHEMA = {
  type: 'object',
  required: ['answers'],
  properties: {
    answers: {
      type: 'array',
      minItems: 1,
      maxItems: REQUEST_ANSWERS_MAX,
      items: {
        type: 'object',
        required: ['itemId', 'seq', 'response', 'answeredAt'],
        properties: {
          itemId,
          seq,
          response: { allOf: [{ pattern: STORABLE_TEXT, items: { pattern: STORABLE_TEXT } }, response] },
          answeredAt: { type: 'string', minLength: 1, maxLength: 40, pattern: '^[\\x20-\\x7e]*$' },
        },
      },
    },
  },
};

/** Stops at the first problem: collecting all of them would let a bad body cost more than a good one. */
const ajv = new Ajv2020({ allErrors: false, strict: true, strictTypes: false, allowUnionTypes: true });
const isBody = ajv.compile<{ answers: SubmittedAnswer[] }>(SUBMIT_ANSWERS_SCHEMA);

/** @throws DomainError `request.invalid`, naming the place but never the value */
export function readAnswers(body: unknown): readonly SubmittedAnswer[] {
  if (!isBody(body)) throw new DomainError('request.invalid', undefined, { problems: [problemOf(isBody.errors)] });
  const tooLong = body.answers.findIndex(({ response }) => isTooLong(response));
  if (tooLong < 0) return body.answers;
  const problems = [
    { at: `answers.${tooLong}.response`, message: `has more than ${RESPONSE_BYTES_MAX} bytes as JSON` },
  ];
  throw new DomainError('request.invalid', undefined, { problems });
}

/** JSON Schema counts characters; what a closing can hold is counted in bytes. Short texts need no counting. */
function isTooLong(response: AnswerResponse): boolean {
  if (typeof response === 'string' && response.length * ESCAPED_BYTES_MAX + QUOTES_BYTES <= RESPONSE_BYTES_MAX)
    return false;
  return Buffer.byteLength(JSON.stringify(response)) > RESPONSE_BYTES_MAX;
}

function problemOf(errors: readonly ErrorObject[] | null | undefined): Problem {
  // Where alternatives failed, the last error speaks for all of them.
  const error = errors?.at(-1);
  if (!error) return { at: 'body', message: 'is not allowed' };
  const missing = error.keyword === 'required' ? `/${String(error.params.missingProperty)}` : '';
  const at = `${error.instancePath}${missing}`.slice(1).replaceAll('/', '.');
  return { at: at || 'body', message: messageOf(error) };
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'anyOf':
      return 'must be a text, a number, a boolean, null or a list of texts, within the limits of its kind';
    case 'pattern':
      return 'has characters that are not allowed here';
    default:
      return error.message ?? 'is not allowed';
  }
}
