/**
 * participant-support  registers people and issues their PINs
 * supervisor           runs the sessions that the account is given
 * operations           plans, imports, watches and repairs
 * analyst              reads results
 * rollout-officer      proposes, confirms and holds steps of clusters
 */
export const ROLES = ['participant-support', 'supervisor', 'operations', 'analyst', 'rollout-officer'] as const;

export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
