/** `npm run check:invariants`: whether what must hold in every shop holds in this one. Changes nothing. */
import { parseArgs } from 'node:util';

import { mostViolations } from '#tools/invariants/check.ts';
import { checks } from '#tools/invariants/checks.ts';
import { type Finding, findViolations } from '#tools/invariants/run.ts';
import { shopUrls } from '#tools/seed/running-shop.ts';

const usage = `Checks what must hold across all databases of a shop. It reads only.

  npm run check:invariants [-- options]

  --only <name>        make this check alone; may be given more than once
  --advance <seconds>  judge as if the clock stood that much later (default 0)
  --json               print the result as JSON
  --list               say which checks there are

It looks at the shop that runs here, or at the databases that DATABASE_URL_USERS, DATABASE_URL_PRODUCTS,
DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS and MONGODB_URI name. What seems violated is looked at again two seconds
later, so a shop may be in use meanwhile.

Ends with 0 if all of it holds, with 1 if something does not, with 2 if it could not be found out.`;

const shownViolations = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      advance: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(usage);
  if (values.list) return say(checks.map(({ name, meaning }) => `${name}\n    ${meaning}`).join('\n'));
  if (!/^\d{1,9}$/.test(values.advance)) throw new Error(`--advance is a number of seconds, not "${values.advance}".`);
  const unknown = values.only?.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) throw new Error(`There is no check "${unknown}". See --list.`);
  const findings = await findViolations(await shopUrls(), {
    advanceSeconds: Number(values.advance),
    ...(values.only ? { only: values.only } : {}),
  });
  const violated = findings.filter(({ violations }) => violations.length > 0);
  say(values.json ? JSON.stringify({ ok: violated.length === 0, findings }, null, 2) : report(findings));
  return violated.length === 0 ? 0 : 1;
}

function report(findings: Finding[]): string {
  const violated = findings.filter(({ violations }) => violations.length > 0).length;
  const summary = violated === 0 ? `All ${findings.length} hold.` : `${violated} of ${findings.length} do not hold.`;
  return [...findings.flatMap(linesOf), '', summary].join('\n');
}

function linesOf({ check, violations }: Finding): string[] {
  if (violations.length === 0) return [`ok    ${check.name}`];
  const count = violations.length === mostViolations ? `${mostViolations} or more` : String(violations.length);
  const rest = violations.length - shownViolations;
  return [
    `FAIL  ${check.name}: ${count}`,
    `      ${check.meaning}`,
    ...violations.slice(0, shownViolations).map(({ subject, detail }) => `        ${subject}  ${detail}`),
    ...(rest > 0 ? [`        … and ${rest} more (--json lists them)`] : []),
    `      What to do: ${check.remedy}`,
  ];
}

function say(text: string): number {
  console.log(text);
  return 0;
}

/** A refused connection has its reasons, one for each address, but no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((reason) => messageOf(reason)).join('\n');
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 2;
}
