import type { SchemaObject } from '@nestjs/swagger';

/** Replies of the answer route, for the OpenAPI document. */
const RECEIPT_SCHEMA: SchemaObject = {
  type: 'object',
  description: 'docs/receipts.md says what it proves and how to check it',
  required: ['attemptId', 'itemId', 'seq', 'commitment', 'partition', 'offset', 'receivedAt', 'kid', 'signature'],
  properties: {
    attemptId: { type: 'string' },
    itemId: { type: 'string' },
    seq: { type: 'integer' },
    commitment: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    partition: { type: 'integer', minimum: 0 },
    offset: { type: 'integer', minimum: 0 },
    receivedAt: { type: 'string', format: 'date-time' },
    kid: { type: 'string' },
    signature: { type: 'string', pattern: '^[A-Za-z0-9_-]{86}$' },
  },
};

export const ANSWERS_REPLY_SCHEMA: SchemaObject = {
  type: 'object',
  required: ['receipts', 'serverTime', 'deadline'],
  properties: {
    receipts: { type: 'array', items: RECEIPT_SCHEMA, description: 'One per answer, in the order of the request' },
    serverTime: { type: 'string', format: 'date-time' },
    deadline: { type: ['string', 'null'], format: 'date-time' },
  },
};

export const ANSWERS_FAILURE_SCHEMA: SchemaObject = {
  type: 'object',
  required: ['code', 'status', 'receipts', 'notAppended', 'unknown'],
  properties: {
    code: { type: 'string', enum: ['answer.not-appended', 'answer.unknown', 'answer.overloaded'] },
    status: { type: 'integer', enum: [503] },
    receipts: { type: 'array', items: RECEIPT_SCHEMA, description: 'Of the answers that need no repeat' },
    notAppended: { type: 'array', items: { type: 'integer' }, description: '`seq` of answers certainly not recorded' },
    unknown: { type: 'array', items: { type: 'integer' }, description: '`seq` of answers that may be recorded' },
  },
};
