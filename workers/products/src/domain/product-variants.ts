/** `{"Size":"Small"}`: what tells a variant from the others of its group. */
export type Options = Record<string, string>;

/** Where a product stands: in no group, where it is its own face, or in one whose face it is or is not. */
export interface Standing {
  variant_group_id: string | null;
  options: Options | null;
  is_group_primary: boolean;
  is_active: boolean;
}

/** What staff say of it; what they leave out stays. */
export interface StandingInput {
  variant_group_id?: string | null | undefined;
  options?: Options | null | undefined;
  is_group_primary?: boolean | undefined;
  is_active?: boolean | undefined;
}

/** Where it is put. Groups then settle who their face is: `makes_face` says that it is this product. */
export interface Placement {
  variant_group_id: string | null;
  options: Options | null;
  is_group_primary: boolean;
  makes_face: boolean;
  /** It comes to others, who must be there and take it. */
  joins: boolean;
  /** Its options must suit the others of its group. */
  must_fit: boolean;
  /** The groups that it leaves, is in or comes to, if anything of that changes. */
  groups: string[];
}

/** What is wrong with a field: `pointer` into the body. */
export interface VariantError {
  pointer: string;
  code: string;
  message: string;
}

/** As the import's: what a page of one product can show. */
const maxMembers = 2_048;

/**
 * Where a product goes. Options without a group start a group of their own, whose face it is; without options there is
 * no group. `current` is null for a new product.
 */
export function placementOf(
  current: Standing | null,
  input: StandingInput,
  newGroupId: () => string,
): Placement | { errors: VariantError[] } {
  const options = wantedOptions(current, input);
  if (input.variant_group_id && options === null) {
    return refusal('/options', 'required', 'Say what tells this variant from the others of its group.');
  }
  const group = options === null ? null : (wantedGroup(current, input) ?? newGroupId());
  const stays = group !== null && group === current?.variant_group_id;
  const joins = !stays && group !== null && group === input.variant_group_id;
  const isFace = stays ? current.is_group_primary : !joins;
  if (input.is_group_primary === false && isFace) {
    return refusal(
      '/is_group_primary',
      'face_required',
      'A group needs a face: make another variant its face instead.',
    );
  }
  const isActive = input.is_active ?? current?.is_active ?? true;
  const makes_face = input.is_group_primary === true && (stays || joins);
  if (makes_face && !isActive && !(isFace && current?.is_active === false)) {
    return refusal(
      '/is_group_primary',
      'face_inactive',
      'Lists would lose the group: an inactive one cannot be its face.',
    );
  }
  const touches = Object.values(standingOf(input)).some((value) => value !== undefined);
  const groups = touches ? [current?.variant_group_id, group].filter((id) => typeof id === 'string') : [];
  return {
    variant_group_id: group,
    options,
    is_group_primary: isFace,
    makes_face,
    joins,
    must_fit: joins || (stays && input.options !== undefined && !isSame(options ?? {}, current.options ?? {})),
    groups: [...new Set(groups)],
  };
}

/** Leaving a group, or having no options any more, takes the options along. */
function wantedOptions(current: Standing | null, { options, variant_group_id }: StandingInput): Options | null {
  if (options !== undefined) return options;
  return variant_group_id === null ? null : (current?.options ?? null);
}

function wantedGroup(current: Standing | null, { variant_group_id }: StandingInput): string | null {
  return variant_group_id === undefined ? (current?.variant_group_id ?? null) : variant_group_id;
}

function standingOf({ variant_group_id, options, is_group_primary, is_active }: StandingInput): StandingInput {
  return { variant_group_id, options, is_group_primary, is_active };
}

function refusal(pointer: string, code: string, message: string): { errors: VariantError[] } {
  return { errors: [{ pointer, code, message }] };
}

/** Why a variant with these options cannot stand beside the others of its group; empty if it can. */
export function memberErrors(options: Options, others: (Options | null)[]): VariantError[] {
  const names = Object.keys(options).sort();
  const different = others.find((other) => !isEqual(Object.keys(other ?? {}).sort(), names));
  if (different !== undefined) {
    const expected = Object.keys(different ?? {}).join(', ');
    return refusal('/options', 'option_names_differ', `Use the options of the group: ${expected}.`).errors;
  }
  if (others.some((other) => isSame(options, other ?? {}))) {
    return refusal('/options', 'duplicate_variant', 'Another variant of the group has the same options.').errors;
  }
  if (others.length >= maxMembers) {
    const message = `A group can have at most ${maxMembers} variants.`;
    return refusal('/variant_group_id', 'too_many_variants', message).errors;
  }
  return [];
}

/** In whatever order. */
function isSame(one: Options, other: Options): boolean {
  return isEqual(Object.entries(one).sort(byName), Object.entries(other).sort(byName));
}

function byName([one]: [string, string], [other]: [string, string]): number {
  return one < other ? -1 : 1;
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
