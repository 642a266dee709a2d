import { z } from '@hono/zod-openapi';

/** A path that names a resource by its id or by its slug. */
export const SlugOrId = z.object({
  id_or_slug: z
    .string()
    .min(1)
    .max(255)
    .refine((value) => /^[\p{L}\p{N}-]+$/u.test(value))
    .openapi({
      param: { name: 'id_or_slug', in: 'path' },
      description: 'The id, or the slug: the name as it stands in a URL.',
      example: 'clay-plant-pot',
    }),
});
