/** Frozen as frozen/response-row.v1.json; an incompatible change is a new version beside it. */
export const RESPONSE_ROW_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://petabakat.example/schemas/measurement/response-row.v1.json',
  title: 'One row of a responses CSV, by column name',
  description:
    'personId, then one column per item: a category score from 0, OM omitted, NR not reached, empty not administered. Raw options instead of scores where a key is given.',
  type: 'object',
  required: ['personId'],
  properties: { personId: { type: 'string', minLength: 1 } },
  additionalProperties: { type: 'string', pattern: '^([0-9]{1,2}|OM|NR|)$' },
} as const;
