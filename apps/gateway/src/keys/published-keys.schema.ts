import type { SchemaObject } from '@nestjs/swagger';

/** The reply of GET /v1/keys, for the OpenAPI document. */
export const PUBLISHED_KEYS_SCHEMA: SchemaObject = {
  type: 'object',
  required: ['keys'],
  properties: {
    keys: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kty', 'crv', 'use', 'alg', 'kid', 'x', 'retiredAt'],
        properties: {
          kty: { type: 'string', enum: ['OKP'] },
          crv: { type: 'string', enum: ['Ed25519'] },
          use: { type: 'string', enum: ['sig'] },
          alg: { type: 'string', enum: ['EdDSA'] },
          kid: { type: 'string' },
          x: { type: 'string', description: 'The 32 bytes of the public key, base64url' },
          retiredAt: { type: ['string', 'null'], format: 'date-time' },
        },
      },
    },
  },
};
