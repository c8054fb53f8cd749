import { withCaller } from 'scalekit-api-keys-aws/caller';
import { answer, invalid, problem } from '../answers.ts';
import { createNote } from '../notes.ts';
import { isWithin, ownershipOf } from '../ownership.ts';
import { Json, NewNote } from '../schemas.ts';

/** Creates a note for the caller. */
export const handler = withCaller(
  async (event, caller) => {
    const input = Json.pipe(NewNote).safeParse(event.body ?? '');
    if (!input.success) return invalid(event, input.error);
    const { text, environment } = input.data;
    const ownership = ownershipOf(caller);
    const wanted = environment === undefined ? ownership : { ...ownership, environment };
    if (!isWithin(wanted, ownership)) return problem(event, 'beyond_authority');
    const note = await createNote(wanted, text);
    return answer(201, note, { Location: `${event.requestContext.path}/${note.noteId}` });
  },
  { scope: 'notes:write' },
);
