/** Every table of the users database. */
export { userRoleMapping, userRoles, users } from './accounts.ts';
export { addressType, userAddresses } from './addresses.ts';
export { emailVerificationTokens, passwordResetTokens, refreshTokens } from './tokens.ts';
export { idempotencyKeys, inbox, outbox } from '#shared/db/tables.ts';
export { auditLog, loginFailures } from './security.ts';
