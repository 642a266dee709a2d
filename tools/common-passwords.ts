/**
 * Writes the list of common passwords that the users service refuses, from the one of zxcvbn; with `--check`, fails if it
 * is out of date. Only those of 10 characters or more: shorter ones are refused anyway, and the whole list would be
 * half of the worker.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dictionary } from '@zxcvbn-ts/language-common';

import { hasPasswordLength } from '../workers/users/src/domain/passwords.ts';

const file = join(import.meta.dirname, '..', 'workers', 'users', 'src', 'domain', 'common-passwords.json');

const list = [...new Set(dictionary['passwords-common'].map((password) => password.toLowerCase()))]
  .filter(hasPasswordLength)
  .sort((a, b) => (a < b ? -1 : 1));
const json = `${JSON.stringify(list, null, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, json);
else if (readFileSync(file, 'utf8') !== json) {
  console.error('The list of common passwords is out of date. Run: npm run generate');
  process.exitCode = 1;
}
