import * as z from 'zod';

/** `POST /notes`. */
export const NewNote = z.strictObject({
  text: z.string().min(1).max(10_000),
  /** For a key without the claim: what keys that have it are to see of it. */
  environment: z.string().min(1).max(256).optional(),
});

const NoteId = z.string().regex(/^note_[0-9a-f-]{36}$/, 'not the id of a note');

/** `/notes/{noteId}`. */
export const NotePath = z.object({ noteId: NoteId });

/** `GET /notes`; a page begins after a note, whose id is the token. */
export const Page = z.strictObject({
  pageSize: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .default('20')
    .transform(Number),
  pageToken: NoteId.optional(),
});

/** A JSON text. */
export const Json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
});
