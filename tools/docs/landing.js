/* The first request, sent to this server, and whether the shop is well. */
const button = document.getElementById('run');
const status = document.getElementById('run-status');
const shown = document.querySelector('.first .code.http code');

button.hidden = false;
button.addEventListener('click', async () => {
  const started = performance.now();
  const answer = await fetch(button.dataset.path);
  const body = await answer.json();
  const headers = ['content-type', 'cache-control', 'cache-status', 'etag', 'x-request-id'];
  const lines = headers
    .filter((name) => answer.headers.has(name))
    .map((name) => `${name}: ${answer.headers.get(name)}`);
  shown.textContent = [`${answer.status} ${answer.statusText}`, ...lines, '', JSON.stringify(body, null, 2)].join('\n');
  status.textContent = `${answer.status} in ${Math.round(performance.now() - started)} ms`;
});

const health = document.getElementById('health');
const ready = await fetch('/readyz');
await ready.text();
health.textContent = ready.ok ? 'Every service answers right now.' : 'Some services do not answer right now.';
health.dataset.state = ready.ok ? 'well' : 'unwell';
