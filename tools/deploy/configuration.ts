import type { Target } from '#tools/deploy/targets.ts';
import type { EnvironmentName } from '#tools/environments/settings.ts';
import { serviceNames, variableName } from '#tools/migrate.ts';

/** Something that has to be set before a deployment, and how. */
export interface Finding {
  what: string;
  how: string;
}

/** What is missing or left as it was delivered, of all that does not lie in the account. */
export function configurationFindings(targets: Target[], environment: EnvironmentName): Finding[] {
  return [...databaseFindings(), ...targets.flatMap((target) => variableFindings(target, environment))];
}

function databaseFindings(): Finding[] {
  return [...serviceNames.map(variableName), 'MONGODB_URI']
    .filter((name) => !process.env[name])
    .map((name) => ({ what: `${name} is not set`, how: `export ${name}=…, of the database to migrate` }));
}

function variableFindings({ worker, vars }: Target, environment: EnvironmentName): Finding[] {
  const how = `set it in environments.toml, [${environment}.vars.${worker}], then npm run generate`;
  const examples = Object.entries(vars)
    .filter(([, value]) => value.includes('example.com'))
    .map(([name, value]) => ({ what: `${name} of ${worker} is still ${value}`, how }));
  const isPlay = environment === 'production' && vars['PAYMENT_GATEWAY'] === 'sandbox';
  const gateway = { what: `PAYMENT_GATEWAY of ${worker} is sandbox, which production refuses: it moves no money`, how };
  return [...examples, ...(isPlay ? [gateway] : [])];
}

/** What a worker lacks of its secrets. */
export function secretFindings({ worker, script, flags, secrets }: Target, present: string[]): Finding[] {
  return secrets
    .filter((name) => !present.includes(name))
    .map((name) => ({
      what: `secret ${name} of ${worker} (${script}) is not set`,
      how: `npx wrangler secret put ${name} ${flags.join(' ')}`,
    }));
}

export function listOf(findings: Finding[]): string {
  return findings.map(({ what, how }) => `  - ${what}\n      ${how}`).join('\n');
}
