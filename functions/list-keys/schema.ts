import * as z from 'zod';
import { text, UserId } from '../../shared/endpoint/schemas.ts';

/** Scalekit's limit. */
const maxPageSize = 30;

/** `GET /keys`. */
export const ListKeysInput = {
  query: z.strictObject({
    userId: UserId.optional(),
    pageSize: z
      .string()
      .regex(/^[0-9]{1,4}$/, `must be a whole number from 1 to ${maxPageSize}`)
      .transform(Number)
      .pipe(z.int().min(1, `must be at least 1`).max(maxPageSize, `must be at most ${maxPageSize}`))
      .default(10),
    pageToken: text(1, 2048).optional(),
  }),
};
