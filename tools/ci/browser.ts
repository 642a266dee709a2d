/**
 * Looks at the pages in a headless Chromium, wide and narrow, light and dark, and signs in and sends a request from the
 * reference. Fails on what the browser complains of, on pages that are wider than the screen, and on faint text.
 *
 *   node tools/ci/browser.ts [--url <a running shop> | --port <for one of its own>] [--screenshots <folder>]
 *
 * Without Chromium it is installed where apt-get and root are; elsewhere this says that it is skipped, and succeeds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { type Browser, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

import { demoAccounts, loadDemoData } from '#tools/stack/demo.ts';
import { startStack } from '#tools/stack/stack.ts';

const pages = {
  landing: '/',
  reference: '/docs',
  errors: '/docs/errors',
  guides: '/docs/guides',
  checkout: '/docs/guides/checkout',
  testing: '/docs/guides/testing',
};

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    port: { type: 'string', default: '9180' },
    screenshots: { type: 'string' },
  },
});
const executablePath = '/usr/bin/chromium';
if (values.screenshots) mkdirSync(values.screenshots, { recursive: true });

const inspection = readFileSync(join(import.meta.dirname, 'inspect-page.js'), 'utf8');
const Inspection = z.object({ scrollWidth: z.number(), faint: z.array(z.string()) });

const complaints: string[] = [];

async function main(): Promise<void> {
  if (!existsSync(executablePath) && !install()) {
    console.log(`Skipped: there is no ${executablePath}, and no way to install it.`);
    return;
  }
  if (values.url !== undefined) return lookAt(values.url);
  const directory = mkdtempSync(join(tmpdir(), 'shop-browser-'));
  const quiet = () => {};
  const settings = { directory, port: Number(values.port), durable: false, log: quiet, onWorkerLine: quiet };
  const stack = await startStack(settings);
  try {
    await loadDemoData(stack, quiet);
    await lookAt(stack.url);
  } finally {
    await stack.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function install(): boolean {
  if (process.getuid?.() !== 0) return false;
  const packages = ['install', '-y', '--no-install-recommends', 'chromium'];
  spawnSync('apt-get', ['update'], { stdio: 'ignore' });
  return spawnSync('apt-get', packages, { stdio: 'inherit' }).status === 0 && existsSync(executablePath);
}

async function lookAt(url: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      await look(browser, url, { device: 'desktop', width: 1280, colorScheme });
      await look(browser, url, { device: 'phone', width: 390, colorScheme });
    }
    await look(browser, url, { device: 'small', width: 320, colorScheme: 'light' });
    await tryIt(browser, url, { device: 'desktop', width: 1280, colorScheme: 'light' });
    await tryIt(browser, url, { device: 'phone', width: 390, colorScheme: 'dark' });
    await openProblemType(browser, url);
  } finally {
    await browser.close();
  }
  for (const complaint of complaints) console.error(complaint);
  console.log(`${Object.keys(pages).length} pages looked at; ${complaints.length} complaints`);
  if (complaints.length > 0) process.exitCode = 1;
}

interface View {
  device: string;
  width: number;
  colorScheme: 'light' | 'dark';
}

async function look(browser: Browser, url: string, { device, width, colorScheme }: View): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 860 }, colorScheme });
  for (const [name, path] of Object.entries(pages)) {
    const view = `${name}, ${device}, ${colorScheme}`;
    const page = await context.newPage();
    listen(page, view);
    await open(page, url, path);
    await complain(page, view, width);
    await picture(page, `${name}-${device}-${colorScheme}`);
    await page.close();
  }
  await context.close();
}

/** Whatever the browser has to say against a page; violations of the CSP are errors on its console. */
function listen(page: Page, view: string): void {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${view}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${view}: ${error.message}`));
  page.on('requestfailed', (request) => complaints.push(`${view}: ${request.url()} failed`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${view}: ${response.url()} answers ${response.status()}`);
  });
}

async function open(page: Page, url: string, path: string): Promise<void> {
  await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
  if (path === '/docs') await page.locator('.opblock-tag').first().waitFor();
}

/** Too wide for its screen, or too faint to read? */
async function complain(page: Page, view: string, width: number): Promise<void> {
  const { scrollWidth, faint } = Inspection.parse(await page.evaluate(inspection));
  if (scrollWidth > width) complaints.push(`${view}: ${scrollWidth} pixels wide`);
  for (const text of faint) complaints.push(`${view}: faint: ${text}`);
}

async function picture(page: Page, name: string): Promise<void> {
  if (!values.screenshots) return;
  await page.screenshot({ path: join(values.screenshots, `${name}.png`), fullPage: true });
}

/** Signs in by the box as the demo customer, executes GET /v1/me, and expects that customer. */
async function tryIt(browser: Browser, url: string, { device, width, colorScheme }: View): Promise<void> {
  const customer = demoAccounts.find(({ roles }) => roles.length === 1);
  if (!customer) throw new Error('There is no demo customer.');
  const view = `try it, ${device}, ${colorScheme}`;
  const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme });
  listen(page, view);
  await open(page, url, '/docs');
  await page.getByLabel('Email').fill(customer.email);
  await page.getByLabel('Password').fill(customer.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(`Signed in as ${customer.email}`).waitFor();
  await page.locator('#operations-tag-Account').click();
  const operation = page.locator('#operations-Account-getProfile');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response').first();
  await answer.waitFor();
  const text = await answer.innerText();
  if (!text.startsWith('200') || !text.includes(customer.email)) complaints.push(`${view}: ${text.slice(0, 300)}`);
  await page.locator('#operations-tag-Cart').click();
  await page.locator('#operations-Cart-addCartItem .opblock-summary-control').click();
  await page.locator('#operations-Cart-addCartItem .responses-wrapper').waitFor();
  await complain(page, view, width);
  await picture(page, `try-it-${device}-${colorScheme}`);
  await page.close();
}

/** The `type` of a problem opens its entry. */
async function openProblemType(browser: Browser, url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/me`);
  const problem: unknown = await answer.json();
  const type = String(Object(problem).type);
  const page = await browser.newPage();
  listen(page, 'problem type');
  await page.goto(type, { waitUntil: 'networkidle' });
  const entry = page.locator('article:target');
  const text = await entry.innerText();
  if (!text.startsWith('unauthorized')) complaints.push(`${type} opens: ${text.slice(0, 100)}`);
  await page.close();
}

await main();
