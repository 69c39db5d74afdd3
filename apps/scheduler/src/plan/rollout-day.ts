/** Days of the rollout as a whole are counted where it is decided; a session's day is the day at its site. */
export const ROLLOUT_TIME_ZONE = 'Asia/Jakarta';
