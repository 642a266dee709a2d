const maxBytes = 4_096;

/** Fields of gateways that are secrets or card data. None is asked for, but what comes unasked is not kept. */
const secretField = /token|secret|password|authorization|api_?key|^number$|card_?number|^cvc|^cvv/i;

/** A gateway's answer as it may be stored: without secrets, at most 4 KiB of JSON, else only its beginning as text. */
export function storableResponse(response: unknown): unknown {
  const json = JSON.stringify(response, (field, value: unknown) => {
    if (secretField.test(field)) return undefined;
    return typeof value === 'string' ? storableText(value) : value;
  });
  // Undefined has no JSON.
  if (json === undefined) return null;
  if (Buffer.byteLength(json) <= maxBytes) return JSON.parse(json) as unknown;
  // One character of JSON takes at most 3 bytes when it is written as JSON once more.
  return { truncated: storableText(json.slice(0, 1_300)) };
}

/** Postgres refuses NUL and halves of surrogate pairs in JSON. */
function storableText(value: string): string {
  return value.replaceAll('\0', '').toWellFormed();
}
