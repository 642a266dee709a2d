import { expect, it } from 'vitest';

import { newSending } from './send-once.ts';

/** Counts what happens; the first `failures` attempts fail. */
function newSteps({ failures = 0, hasAddressee = true } = {}) {
  const counts = { attempts: 0, sent: 0, noted: 0 };
  const steps = {
    wasSent: async () => counts.noted > 0,
    send: async () => {
      counts.attempts += 1;
      if (counts.attempts <= failures) throw new Error('The adapter is down.');
      if (hasAddressee) counts.sent += 1;
      return hasAddressee;
    },
    noteSent: async () => {
      counts.noted += 1;
    },
  };
  return { steps, counts };
}

it('sends nothing when it is asked again, also after a restart', async () => {
  const { steps, counts } = newSteps();
  const sendOnce = newSending();
  await sendOnce(steps);
  await sendOnce(steps);
  await newSending()(steps);
  expect(counts).toEqual({ attempts: 1, sent: 1, noted: 1 });
});

it('sends once when it is asked many times at the same moment', async () => {
  const { steps, counts } = newSteps();
  const sendOnce = newSending();
  await Promise.all(Array.from({ length: 10 }, () => sendOnce(steps)));
  expect(counts).toEqual({ attempts: 1, sent: 1, noted: 1 });
});

it('fails for all who wait for the attempt that fails, and tries again when asked', async () => {
  const { steps, counts } = newSteps({ failures: 1 });
  const sendOnce = newSending();
  const outcomes = await Promise.allSettled([sendOnce(steps), sendOnce(steps)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(counts).toEqual({ attempts: 1, sent: 0, noted: 0 });

  await sendOnce(steps);
  expect(counts).toEqual({ attempts: 2, sent: 1, noted: 1 });
});

it('notes nothing when there is nobody to write to', async () => {
  const { steps, counts } = newSteps({ hasAddressee: false });
  await newSending()(steps);
  expect(counts).toEqual({ attempts: 1, sent: 0, noted: 0 });
});
