import type { Coefficients, LogSetup } from './capacity.coefficients';

/** Written by `npm run capacity -- fit` from test/load/capacity/measurements.json. */
export const MEASURED: Readonly<Partial<Record<LogSetup, Coefficients>>> = {
  postgres: {
    fittedAnswersPerSecond: [49, 698],
    cpu: {
      gateway: {
        idle: 83610,
        perAnswer: 223,
        perAppend: 0,
        perTransaction: 0,
      },
      assessment: {
        idle: 6157,
        perAnswer: 80,
        perAppend: 0,
        perTransaction: 0,
      },
      scoring: {
        idle: 25800,
        perAnswer: 0,
        perAppend: 0,
        perTransaction: 0,
      },
      scheduler: {
        idle: 23620,
        perAnswer: 0,
        perAppend: 0,
        perTransaction: 0,
      },
      postgres: {
        idle: 120500,
        perAnswer: 84.09,
        perAppend: 0,
        perTransaction: 0,
      },
      redis: {
        idle: 4646,
        perAnswer: 4.964,
        perAppend: 0,
        perTransaction: 0,
      },
      broker: {
        idle: 0,
        perAnswer: 0,
        perAppend: 0,
        perTransaction: 0,
      },
    },
    logBytesPerAnswer: 776,
    tableBytesPerAnswer: 528,
    writtenAheadBytesPerAnswer: 1585,
    networkBytesPerAnswer: 6045,
    candidateBytesPerAnswer: 1652,
    gatewayMegabytes: 184.3,
    gatewayKilobytesPerConnection: null,
    partitionAnswersPerSecond: null,
  },
};
