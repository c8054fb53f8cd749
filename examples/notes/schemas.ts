import * as z from 'zod';

/** `POST /notes`. */
export const NewNote = z.strictObject({
  text: z.string().min(1).max(10_000),
  /** Keys with this claim `environment` can see the note. Such a key can name only its own. */
  environment: z.string().min(1).max(256).optional(),
});

const NoteId = z.string().regex(/^note_[0-9a-f-]{36}$/, 'must be the id of a note');

/** `/notes/{noteId}`. */
export const NotePath = z.object({ noteId: NoteId });

/** `GET /notes`; the page token is the id of the note before the page. */
export const Page = z.strictObject({
  pageSize: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .default('20')
    .transform(Number),
  pageToken: NoteId.optional(),
});

/** A string of JSON. */
export const Json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});
