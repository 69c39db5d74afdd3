import { type Static, Type } from '@sinclair/typebox';

/** Four sections of a thousand items, the largest form there is. */
const ITEMS_MAX = 4000;
/** A result lists every scale; four instruments have some thirty. */
const SCALES_MAX = 100;
/** As long as a text response may be. */
const KEY_CHARACTERS_MAX = 4000;
/** More options than any item shows. */
const OPTIONS_MAX = 50;
/** Score categories are kept in signed bytes, and no published instrument comes near. */
const CREDIT_MAX = 99;
/** Five cuts give the levels 0 to 5; events carry one digit. */
const CUTS_MAX = 9;
/** Job levels, performance codes and categories are a handful each. */
const CODES_MAX = 50;
/** A few sentences. */
const STATEMENT_CHARACTERS_MAX = 2000;
/** Weights are small whole numbers, so that sums of products stay exact. */
const WEIGHT_MAX = 1000;
/** A version is raised by hand; a million is a typing error. */
const VERSION_MAX = 1_000_000;

const closed = { additionalProperties: false } as const;
const Identifier = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
const Version = Type.Integer({ minimum: 1, maximum: VERSION_MAX });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Text = Type.String({ minLength: 1, maxLength: KEY_CHARACTERS_MAX, pattern: '^[^\\u0000]*$' });
const Seconds = Type.Number({ minimum: 0, maximum: 3600 });
const Share = Type.Number({ minimum: 0, maximum: 1 });

const Item = Type.Object(
  {
    itemId: Identifier,
    key: Type.Optional(Type.Union([Text, Type.Number()])),
    credits: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Number({ minimum: 0, maximum: CREDIT_MAX }), {
        minProperties: 1,
        maxProperties: OPTIONS_MAX,
      }),
    ),
    withdrawn: Type.Optional(Type.Boolean()),
    secondsMin: Type.Optional(Seconds),
  },
  closed,
);

const Scale = Type.Object(
  {
    scaleId: Identifier,
    itemIds: Type.Array(Identifier, { minItems: 1, maxItems: ITEMS_MAX }),
    section: Type.Optional(Identifier),
    minimumItems: Type.Optional(Type.Integer({ minimum: 1, maximum: ITEMS_MAX })),
    levelCuts: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: CUTS_MAX })),
  },
  closed,
);

/** Parameters beyond their shape are checked by the models themselves. */
const calibrated = { itemId: Identifier, keyHash: Sha256 };
const Steps = Type.Array(Type.Number(), { minItems: 1, maxItems: CREDIT_MAX });
const slope = { a: Type.Number() };
const unitSlope = { a: Type.Optional(Type.Number()) };
const CalibratedItem = Type.Union([
  Type.Object({ ...calibrated, model: Type.Literal('1PL'), ...unitSlope, b: Type.Number() }, closed),
  Type.Object({ ...calibrated, model: Type.Literal('2PL'), ...slope, b: Type.Number() }, closed),
  Type.Object({ ...calibrated, model: Type.Literal('3PL'), ...slope, b: Type.Number(), c: Type.Number() }, closed),
  Type.Object(
    { ...calibrated, model: Type.Literal('4PL'), ...slope, b: Type.Number(), c: Type.Number(), d: Type.Number() },
    closed,
  ),
  Type.Object({ ...calibrated, model: Type.Literal('PCM'), ...unitSlope, b: Steps }, closed),
  Type.Object({ ...calibrated, model: Type.Literal('GPCM'), ...slope, b: Steps }, closed),
  Type.Object({ ...calibrated, model: Type.Literal('GRM'), ...slope, b: Steps }, closed),
  Type.Object({ ...calibrated, model: Type.Literal('NRM'), slopes: Steps, intercepts: Steps }, closed),
]);

const Calibration = Type.Object(
  {
    D: Type.Number(),
    statement: Type.String({ minLength: 1, maxLength: STATEMENT_CHARACTERS_MAX, pattern: '^[^\\u0000]*$' }),
    persons: Type.Optional(Type.Integer({ minimum: 1 })),
    dataHash: Type.Optional(Sha256),
    inSample: Type.Optional(Type.Boolean()),
    items: Type.Array(CalibratedItem, { minItems: 1, maxItems: ITEMS_MAX }),
  },
  closed,
);

const Weighted = Type.Array(
  Type.Object({ scaleId: Identifier, weight: Type.Integer({ minimum: 1, maximum: WEIGHT_MAX }) }, closed),
  { minItems: 1, maxItems: SCALES_MAX },
);

const Flags = Type.Object(
  {
    levelProbabilityMin: Type.Optional(Share),
    personFitMin: Type.Optional(Type.Number({ minimum: -10, maximum: 0 })),
    secondsMin: Type.Optional(Seconds),
    rapidShareMax: Type.Optional(Share),
  },
  closed,
);

const JobPersonMatchRule = Type.Object(
  {
    ruleId: Identifier,
    version: Version,
    competencies: Weighted,
    capPercent: Type.Integer({ minimum: 100, maximum: 500 }),
    decimals: Type.Integer({ minimum: 0, maximum: 4 }),
    categories: Type.Array(
      Type.Object({ category: Identifier, fromPercent: Type.Number({ minimum: 0, maximum: 100 }) }, closed),
      { minItems: 1, maxItems: CODES_MAX },
    ),
  },
  closed,
);

const Edges = Type.Array(Type.Number(), { minItems: 2, maxItems: 2 });
const Performance = Type.Union([Type.Literal('below'), Type.Literal('at'), Type.Literal('above')]);

/** The shape of a scoring package as it is imported. What its parts say of each other is checked besides. */
export const PackageFile = Type.Object(
  {
    packageId: Identifier,
    version: Version,
    form: Type.Object({ formId: Identifier, version: Version }, closed),
    illustrative: Type.Optional(Type.Boolean()),
    estimator: Type.Union([
      Type.Literal('sum'),
      Type.Literal('ml'),
      Type.Literal('wle'),
      Type.Literal('map'),
      Type.Literal('eap'),
    ]),
    prior: Type.Optional(
      Type.Object({ mean: Type.Number(), sd: Type.Number({ exclusiveMinimum: 0, maximum: 100 }) }, closed),
    ),
    grid: Type.Optional(
      Type.Object(
        { nodes: Type.Integer({ minimum: 11, maximum: 2001 }), range: Type.Number({ minimum: 1, maximum: 20 }) },
        closed,
      ),
    ),
    notReached: Type.Optional(Type.Union([Type.Literal('wrong'), Type.Literal('ignore')])),
    items: Type.Array(Item, { minItems: 1, maxItems: ITEMS_MAX }),
    scales: Type.Array(Scale, { minItems: 1, maxItems: SCALES_MAX }),
    calibration: Type.Optional(Calibration),
    flags: Type.Optional(Flags),
    standards: Type.Optional(
      Type.Record(Identifier, Type.Record(Identifier, Type.Integer()), { maxProperties: CODES_MAX }),
    ),
    jobPersonMatch: Type.Optional(JobPersonMatchRule),
    potential: Type.Optional(Type.Object({ scales: Weighted, edges: Edges }, closed)),
    nineBox: Type.Optional(
      Type.Object(
        {
          scales: Weighted,
          edges: Edges,
          performance: Type.Record(Identifier, Performance, { minProperties: 1, maxProperties: CODES_MAX }),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type PackageFile = Static<typeof PackageFile>;
