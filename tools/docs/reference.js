/* The page's own origin is the server of every request: the document names only the local one. */
const byId = (id) => document.getElementById(id);

const ui = SwaggerUIBundle({
  spec: await documentOfThisServer(),
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  filter: true,
  syntaxHighlight: false,
});

async function documentOfThisServer() {
  const answer = await fetch('/openapi.json');
  const document = await answer.json();
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  for (const response of operations.flatMap(({ responses = {} }) => Object.values(responses))) linkCodes(response);
  return { ...document, servers: [{ url: location.origin, description: 'This server' }] };
}

/** Each error code that a refusal names leads to its entry in the catalogue. */
function linkCodes(response) {
  if (!response.content?.['application/problem+json']) return;
  response.description = response.description.replaceAll(/`([a-z_]+)`(?=:)/g, '[`$1`](/docs/errors#$1)');
}

/** Kept in memory only: closing the page forgets it. */
let session = null;

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const content = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(content.detail);
  return content;
}

function begin(name, { access_token, refresh_token, expires_in }) {
  clearTimeout(session?.timer);
  const timer = setTimeout(renew, Math.min((expires_in - 60) * 1000, 2 ** 31 - 1));
  session = { name, refresh_token, timer };
  ui.preauthorizeApiKey('bearer', access_token);
  show(`Signed in as ${name}. Requests below carry your token.`);
}

function end(text) {
  clearTimeout(session?.timer);
  session = null;
  ui.authActions.logout(['bearer']);
  show(text);
}

async function renew() {
  const { name, refresh_token } = session;
  try {
    begin(name, await post('/v1/auth/refresh', { refresh_token }));
  } catch {
    end('The session has ended. Sign in again.');
  }
}

function show(text) {
  byId('sign-in').hidden = session !== null;
  byId('demo-accounts').hidden = session !== null || !isLocal;
  byId('session').hidden = session === null;
  byId('session-text').textContent = session ? text : '';
  byId('sign-in-status').textContent = session ? '' : text;
}

async function signIn(name, path, body) {
  byId('sign-in-status').textContent = 'One moment …';
  try {
    begin(name, await post(path, body));
  } catch (error) {
    show(error instanceof Error ? error.message : String(error));
  }
}

const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

byId('origin').textContent = location.origin;
byId('demo-accounts').hidden = !isLocal;

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(event.target));
  event.target.reset();
  void signIn(email, '/v1/auth/login', { email, password });
});

for (const button of document.querySelectorAll('[data-email]')) {
  const { email, password } = button.dataset;
  button.addEventListener('click', () => void signIn(email, '/v1/auth/login', { email, password }));
}

byId('as-guest').addEventListener('click', () => void signIn('a guest', '/v1/auth/guest'));

byId('sign-out').addEventListener('click', () => {
  const { refresh_token } = session;
  end('Signed out.');
  if (refresh_token) void post('/v1/auth/logout', { refresh_token });
});
