/** Consumer group of the assessment service; every process of the service shares its partitions. */
export const ASSESSMENT_GROUP = 'assessment';
/** CloudEvents `source` of everything it publishes. */
export const ASSESSMENT_SOURCE = '/petabakat/assessment';

/** The runtime of everything that stamps a time: its wall clock refuses where it is not known to be right. */
export const ASSESSMENT_CLOCKED_RUNTIME = Symbol('assessment runtime with a clock that is known to be right');
export const ASSESSMENT_CONFIG = Symbol('assessment config');
export const ASSESSMENT_DATA_SOURCE = Symbol('assessment data source');
export const ASSESSMENT_LOG = Symbol('assessment log');
export const ASSESSMENT_RUNTIME = Symbol('assessment runtime');
export const ASSESSMENT_VIEWS = Symbol('assessment attempt views');
export const ATTEMPT_STORE = Symbol('attempt store');
