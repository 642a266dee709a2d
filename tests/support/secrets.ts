/** Tokens, passwords and keys as they look in this suite: in no answer but where they are made, and in no log line. */
const anywhere = [
  /\btok_[a-z_]+/,
  /\b(sandbox_)?pm_\w[\w-]+/,
  /\bwhsec_\w+/,
  /\b[sr]k_(test|live)_\w+/,
  /_secret_\w+/,
  // A saved token as it is stored.
  /\bv1\.[\w-]{1,50}\.[\w-]{16}\.[\w-]{22,}/,
  /\bsecret [0-9a-f]{8}-/,
  /\bdemo-(Admin|Manager|Customer)-\d/,
  /"d": ?"[\w-]+"/,
  /\bscrypt\$/,
  /\bpostgres(ql)?:\/\/[^\s"]*:[^\s"]*@/,
];

/** Access tokens and email addresses are what some answers are for; no log line has a reason to hold one. */
const inLogs = [...anywhere, /\beyJ[\w-]+\.[\w-]+\.[\w-]+/, /[\w.+-]+@[a-z\d-]+\.[a-z]{2,}/];

export function secretsInAnswer(body: string): string[] {
  return anywhere.flatMap((secret) => body.match(secret)?.[0] ?? []);
}

/** Lines of the workers' log that hold what none may. Wrangler itself begins by listing all variables. */
export function linesWithSecrets(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('env.'))
    .filter((line) => inLogs.some((secret) => secret.test(line)));
}

/** Throws: whatever the tests did, nothing secret and nothing personal may have been logged. */
export function refuseLoggedSecrets(log: string): void {
  if (!log.includes('"level":"info"')) throw new Error('The workers have logged nothing.');
  const lines = linesWithSecrets(log);
  if (lines.length > 0) throw new Error(`Logged, but secret or personal:\n${lines.slice(0, 20).join('\n')}`);
}
