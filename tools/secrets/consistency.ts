import { readFileSync } from 'node:fs';

import { holdersOf, requiredSecrets, secrets } from '#tools/secrets/catalogue.ts';

const guide = 'docs/operations.md';

function rows(): string[][] {
  return secrets.map((secret) => {
    const condition = secret.only ? `with \`${secret.only.variable}\` = \`${secret.only.value}\`` : '';
    const only = condition && ` (${condition}${secret.isOptional ? ', optional' : ''})`;
    return [`\`${secret.name}\``, `${holdersOf(secret).join(', ')}${only}`, secret.meaning];
  });
}

/** The table of the operator's guide, as the formatter aligns it. */
export function secretsTable(): string {
  const all = [['Secret', 'Workers', 'What it is'], ...rows()];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[], fill = ' ') =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...others] = all;
  return [line(head), line([], '-'), ...others.map((row) => line(row))].join('\n');
}

/** Where the list of secrets, the workers' configuration, their code and the operator's guide do not say the same. */
export function inconsistencies(): string[] {
  const known = new Set(secrets.map(({ name }) => name));
  const declared = requiredSecrets();
  const unknown = declared.flatMap(({ worker, required }) =>
    required
      .filter((name) => !known.has(name))
      .map((name) => `${name} of ${worker} is not in tools/secrets/catalogue.ts`),
  );
  const unused = secrets
    .filter((secret) => holdersOf(secret).length === 0)
    .map(({ name }) => `${name}: no worker has it`);
  const unchecked = secrets.flatMap((secret) =>
    holdersOf(secret)
      .filter((worker) => !isChecked(secret.name, worker))
      .map((worker) => `workers/${worker}/src/env.ts does not check ${secret.name}`),
  );
  const text = readFileSync(guide, 'utf8').replaceAll(/ +/g, ' ');
  const missing = secretsTable()
    .split('\n')
    .filter((row) => row.startsWith('| `') && !text.includes(row.replaceAll(/ +/g, ' ')))
    .map((row) => `${guide} lacks: ${row}`);
  return [...unknown, ...unused, ...unchecked, ...missing];
}

/** Every service has the issuer's public keys checked by `common`. */
function isChecked(name: string, worker: string): boolean {
  const code = readFileSync(`workers/${worker}/src/env.ts`, 'utf8');
  const configured = code.slice(code.search(/z\s*\.looseObject|configuration\(/));
  return configured.includes(name) || (name === 'JWT_PUBLIC_KEYS' && configured.includes('...common'));
}
