import { Problem } from '#shared/http/problem.ts';

/** 409: without an administrator nobody could make another. */
export function lastAdmin(): Problem {
  return new Problem('last_admin', 'Make another user an administrator first.');
}
