import { access } from '#shared/auth/access.ts';
import { contract, json } from '#shared/http/contract.ts';

import { User } from './user.ts';

export const getProfile = contract({
  method: 'get',
  path: '/v1/me',
  operationId: 'getProfile',
  tags: ['Account'],
  summary: 'Get the signed-in user',
  ...access.customer,
  responses: { 200: json(User, 'The signed-in user') },
});
