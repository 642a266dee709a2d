import { describe, expect, it } from 'vitest';

import { chooseShipping } from './charges.ts';

const standard = { code: 'standard', name: 'Standard', baseAmount: 490n, perKgAmount: 50n, freeOver: 7_500n };
const express = { code: 'express', name: 'Express', baseAmount: 1_490n, perKgAmount: 100n, freeOver: null };
const bulky = { code: 'bulky', name: 'Bulky', baseAmount: 1_000n, perKgAmount: 0n, freeOver: null };
const lines = (weight: string) => [{ unitPrice: 1_000n, quantity: 1, weight }];

describe('chooseShipping', () => {
  it('takes the method named', () => {
    expect(chooseShipping([standard, express], 'express', lines('1.00'), 1_000n)).toBe(express);
  });

  it('has none when the one named is not on offer, or none is', () => {
    expect(chooseShipping([standard], 'express', lines('1.00'), 1_000n)).toBeNull();
    expect(chooseShipping([], undefined, lines('1.00'), 1_000n)).toBeNull();
  });

  it('takes the cheapest for the weight at hand', () => {
    expect(chooseShipping([bulky, express, standard], undefined, lines('1.00'), 1_000n)).toBe(standard);
    expect(chooseShipping([bulky, express, standard], undefined, lines('20.00'), 1_000n)).toBe(bulky);
  });

  it('counts the free-over threshold, and breaks ties by code', () => {
    expect(chooseShipping([bulky, standard], undefined, lines('20.00'), 7_500n)).toBe(standard);
    const twin = { ...standard, code: 'anchor' };
    expect(chooseShipping([standard, twin], undefined, lines('1.00'), 1_000n)).toBe(twin);
  });
});
