/** An error as Stripe answers it. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

export function invalidRequest(code: string, members: Record<string, unknown> = {}): Refusal {
  return new Refusal(400, { type: 'invalid_request_error', code, message: code, ...members });
}

export function missing(param: string): Refusal {
  return new Refusal(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: 'No such object',
  });
}
