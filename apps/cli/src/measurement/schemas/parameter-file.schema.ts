/** Frozen as frozen/parameter-file.v1.json; an incompatible change is a new version beside it. */
export const PARAMETER_FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://petabakat.example/schemas/measurement/parameter-file.v1.json',
  title: 'Item parameters on one scale',
  description: 'Fields beside these are ignored, so that the result of `calibrate` is a parameter file.',
  type: 'object',
  required: ['D', 'items'],
  properties: {
    D: { description: 'Scaling constant of the slopes: 1, 1.7 or 1.702.', type: 'number' },
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['itemId', 'model'],
        properties: { itemId: { type: 'string', minLength: 1 }, model: { type: 'string' } },
        discriminator: { propertyName: 'model' },
        oneOf: [
          { properties: { model: { const: '1PL' }, a: { type: 'number' }, b: { type: 'number' } }, required: ['b'] },
          {
            properties: { model: { const: '2PL' }, a: { type: 'number' }, b: { type: 'number' } },
            required: ['a', 'b'],
          },
          {
            properties: {
              model: { const: '3PL' },
              a: { type: 'number' },
              b: { type: 'number' },
              c: { type: 'number' },
            },
            required: ['a', 'b', 'c'],
          },
          {
            properties: {
              model: { const: '4PL' },
              a: { type: 'number' },
              b: { type: 'number' },
              c: { type: 'number' },
              d: { type: 'number' },
            },
            required: ['a', 'b', 'c', 'd'],
          },
          {
            properties: {
              model: { const: 'PCM' },
              a: { type: 'number' },
              b: { type: 'array', items: { type: 'number' } },
            },
            required: ['b'],
          },
          {
            properties: {
              model: { const: 'GPCM' },
              a: { type: 'number' },
              b: { type: 'array', items: { type: 'number' } },
            },
            required: ['a', 'b'],
          },
          {
            properties: {
              model: { const: 'GRM' },
              a: { type: 'number' },
              b: { type: 'array', items: { type: 'number' } },
            },
            required: ['a', 'b'],
          },
          {
            properties: {
              model: { const: 'NRM' },
              slopes: { type: 'array', items: { type: 'number' } },
              intercepts: { type: 'array', items: { type: 'number' } },
            },
            required: ['slopes', 'intercepts'],
          },
        ],
      },
    },
  },
} as const;
