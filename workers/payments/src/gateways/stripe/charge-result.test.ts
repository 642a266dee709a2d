import { describe, expect, it } from 'vitest';

import { storableResponse } from '../../domain/gateway-response.ts';
import { chargeResultOf, reasonOf } from './charge-result.ts';

const intent = {
  id: 'pi_1',
  status: 'succeeded',
  amount: 1999,
  amount_received: 1999,
  currency: 'usd',
  latest_charge: 'ch_1',
  livemode: false,
  last_payment_error: null,
  setup_future_usage: null,
  payment_method: null,
  cancellation_reason: null,
} as const;

const response = {
  id: 'pi_1',
  amount: 1999,
  amount_received: 1999,
  currency: 'usd',
  latest_charge: 'ch_1',
  livemode: false,
  cancellation_reason: null,
  failure: null,
};

const declined = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' } as const;

describe('chargeResultOf', () => {
  it('reads a charge that succeeded', () => {
    expect(chargeResultOf(intent)).toEqual({
      outcome: 'succeeded',
      gateway_transaction_id: 'pi_1',
      response: { ...response, status: 'succeeded' },
      saved: undefined,
    });
  });

  it.each(['processing', 'requires_action', 'requires_capture', 'a_status_of_next_year'])(
    'leaves %s open',
    (status) => {
      expect(chargeResultOf({ ...intent, status })).toEqual({
        outcome: 'pending',
        gateway_transaction_id: 'pi_1',
        response: { ...response, status },
      });
    },
  );

  it.each(['requires_payment_method', 'requires_confirmation'] as const)('finds nothing tried in %s', (status) => {
    expect(chargeResultOf({ ...intent, status })).toEqual({ outcome: 'not_found' });
  });

  it('reads a refusal from an intent that waits for another card', () => {
    expect(chargeResultOf({ ...intent, status: 'requires_payment_method', last_payment_error: declined })).toEqual({
      outcome: 'declined',
      reason: 'insufficient_funds',
      gateway_transaction_id: 'pi_1',
      response: { ...response, status: 'requires_payment_method', failure: declined },
    });
  });

  it('reads a cancellation, with the refusal that came before it', () => {
    expect(chargeResultOf({ ...intent, status: 'canceled' })).toMatchObject({
      outcome: 'declined',
      reason: 'gateway_error',
    });
    expect(chargeResultOf({ ...intent, status: 'canceled', last_payment_error: declined })).toMatchObject({
      outcome: 'declined',
      reason: 'insufficient_funds',
    });
  });

  it('keeps nothing that charges, no secret and no text', () => {
    const whole = {
      ...intent,
      status: 'requires_payment_method',
      client_secret: 'pi_1_secret_2',
      payment_method: 'pm_3',
      last_payment_error: { ...declined, message: 'Declined: pm_3', payment_method: { id: 'pm_3' } },
    } as const;
    const result = chargeResultOf(whole);
    expect(JSON.stringify(result)).not.toMatch(/pm_3|secret|message/);
    expect(result).toHaveProperty('response');
    expect(storableResponse('response' in result ? result.response : null)).toEqual({
      ...response,
      status: 'requires_payment_method',
      failure: declined,
    });
  });
});

describe('reasonOf', () => {
  it.each([
    [{ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' }, 'card_declined'],
    [{ type: 'card_error', code: 'card_declined', decline_code: 'do_not_honor' }, 'card_declined'],
    [{ type: 'card_error', code: 'card_declined', decline_code: 'fraudulent' }, 'card_declined'],
    [{ type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' }, 'insufficient_funds'],
    [{ type: 'card_error', code: 'card_declined', decline_code: 'card_velocity_exceeded' }, 'insufficient_funds'],
    [{ type: 'card_error', code: 'expired_card', decline_code: 'expired_card' }, 'expired_card'],
    [{ type: 'card_error', code: 'expired_card' }, 'expired_card'],
    [{ type: 'card_error', code: 'expired_card', decline_code: '' }, 'expired_card'],
    [{ type: 'card_error', code: 'incorrect_cvc', decline_code: 'incorrect_cvc' }, 'card_declined'],
    [{ type: 'card_error', code: 'authentication_required' }, 'card_declined'],
    [{ type: 'invalid_request_error', code: 'payment_intent_authentication_failure' }, 'card_declined'],
    [{ type: 'card_error', code: 'processing_error', decline_code: 'processing_error' }, 'gateway_error'],
    [{ type: 'card_error', code: 'card_declined', decline_code: 'issuer_not_available' }, 'gateway_error'],
    [{ type: 'api_error' }, 'gateway_error'],
    [{ type: 'invalid_request_error', code: 'amount_too_small' }, 'gateway_error'],
    [null, 'gateway_error'],
  ])('%j is %s', (refusal, reason) => {
    expect(reasonOf(refusal)).toBe(reason);
  });
});
