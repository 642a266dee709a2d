import { describe, expect, it } from 'vitest';

import { memberErrors, type Placement, placementOf, type Standing, type StandingInput } from './product-variants.ts';

const small = { Size: 'Small' };
const large = { Size: 'Large' };
const single: Standing = { variant_group_id: null, options: null, is_group_primary: true, is_active: true };
const face: Standing = { variant_group_id: 'A', options: small, is_group_primary: true, is_active: true };
const member: Standing = { ...face, is_group_primary: false };

const place = (current: Standing | null, input: StandingInput) => placementOf(current, input, () => 'new');

const alone: Placement = {
  variant_group_id: null,
  options: null,
  is_group_primary: true,
  makes_face: false,
  joins: false,
  must_fit: false,
  groups: [],
};
const ownGroup: Placement = { ...alone, variant_group_id: 'new', options: small, groups: ['new'] };
const joined: Placement = {
  ...ownGroup,
  variant_group_id: 'A',
  is_group_primary: false,
  joins: true,
  must_fit: true,
  groups: ['A'],
};
const stayed: Placement = { ...joined, joins: false, must_fit: false };

describe('placementOf', () => {
  it.each<[string, Standing | null, StandingInput, Placement]>([
    ['a new product', null, {}, alone],
    ['a new product, inactive', null, { is_active: false, is_group_primary: true }, alone],
    ['a new product with options', null, { options: small }, ownGroup],
    ['a new variant', null, { options: small, variant_group_id: 'A' }, joined],
    [
      'a new face',
      null,
      { options: small, variant_group_id: 'A', is_group_primary: true },
      { ...joined, makes_face: true },
    ],
    ['nothing of it', face, {}, { ...stayed, is_group_primary: true, groups: [] }],
    ['options for a single product', single, { options: small }, ownGroup],
    ['a single product that joins', single, { options: small, variant_group_id: 'A' }, joined],
    ['other options', member, { options: large }, { ...stayed, options: large, must_fit: true }],
    ['the same options', member, { options: small, variant_group_id: 'A' }, stayed],
    ['another group', face, { variant_group_id: 'B' }, { ...joined, variant_group_id: 'B', groups: ['A', 'B'] }],
    ['no group any more', face, { variant_group_id: null }, { ...alone, groups: ['A'] }],
    ['no options any more', member, { options: null }, { ...alone, groups: ['A'] }],
    ['a group of its own', member, { variant_group_id: null, options: small }, { ...ownGroup, groups: ['A', 'new'] }],
    ['the face moves here', member, { is_group_primary: true }, { ...stayed, makes_face: true }],
    ['no face is no face', member, { is_group_primary: false }, stayed],
    ['the face leaves the choice', face, { is_active: false }, { ...stayed, is_group_primary: true }],
    [
      'an inactive face says what it is',
      { ...face, is_active: false },
      { is_group_primary: true },
      { ...stayed, is_group_primary: true, makes_face: true },
    ],
    [
      'awake and face at once',
      { ...member, is_active: false },
      { is_active: true, is_group_primary: true },
      { ...stayed, makes_face: true },
    ],
  ])('%s', (_case, current, input, expected) => {
    expect(place(current, input)).toEqual(expected);
  });

  it.each<[string, Standing | null, StandingInput, string, string]>([
    ['a group without options', null, { variant_group_id: 'A' }, '/options', 'required'],
    ['the same later', single, { variant_group_id: 'A' }, '/options', 'required'],
    ['options taken away within a group', member, { variant_group_id: 'A', options: null }, '/options', 'required'],
    ['a product that is not its own face', null, { is_group_primary: false }, '/is_group_primary', 'face_required'],
    ['a new group', null, { options: small, is_group_primary: false }, '/is_group_primary', 'face_required'],
    ['the face', face, { is_group_primary: false }, '/is_group_primary', 'face_required'],
    ['one that leaves', member, { options: null, is_group_primary: false }, '/is_group_primary', 'face_required'],
    [
      'an inactive face',
      { ...member, is_active: false },
      { is_group_primary: true },
      '/is_group_primary',
      'face_inactive',
    ],
    ['a face that goes', face, { is_group_primary: true, is_active: false }, '/is_group_primary', 'face_inactive'],
    [
      'a new inactive face',
      null,
      { options: small, variant_group_id: 'A', is_group_primary: true, is_active: false },
      '/is_group_primary',
      'face_inactive',
    ],
  ])('refuses %s', (_case, current, input, pointer, code) => {
    expect(place(current, input)).toEqual({ errors: [{ pointer, code, message: expect.any(String) }] });
  });
});

describe('memberErrors', () => {
  const codes = (options: Record<string, string>, others: (Record<string, string> | null)[]) =>
    memberErrors(options, others).map(({ pointer, code }) => [pointer, code]);

  it('takes other values of the same options, in any order of names', () => {
    expect(codes(small, [])).toEqual([]);
    expect(codes({ Size: 'S', Colour: 'Red' }, [{ Colour: 'Red', Size: 'M' }])).toEqual([]);
  });

  it('refuses the same values, other names, and too many', () => {
    expect(codes({ Size: 'S', Colour: 'Red' }, [{ Colour: 'Red', Size: 'S' }])).toEqual([
      ['/options', 'duplicate_variant'],
    ]);
    expect(memberErrors(small, [large, { Size: 'S', Colour: 'Red' }])).toEqual([
      { pointer: '/options', code: 'option_names_differ', message: 'Use the options of the group: Size, Colour.' },
    ]);
    expect(codes(small, [null])).toEqual([['/options', 'option_names_differ']]);
    const crowd = Array.from({ length: 2_048 }, (_, i) => ({ Size: String(i) }));
    expect(codes(small, crowd)).toEqual([['/variant_group_id', 'too_many_variants']]);
    expect(codes(small, crowd.slice(1))).toEqual([]);
  });
});
