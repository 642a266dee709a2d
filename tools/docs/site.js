/* Examples name this server, and each block of code can be copied. */
const local = 'http://localhost:8787';

for (const block of document.querySelectorAll('figure.code')) {
  const code = block.querySelector('code');
  const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  while (location.origin !== local && texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replaceAll(local, location.origin);
  }
  if (block.classList.contains('bash')) block.querySelector('figcaption').append(copyButton(code));
}

function copyButton(code) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
  return button;
}
