import { withCaller } from 'scalekit-api-keys-aws/caller';
import { answer, invalid, problem } from '../answers.ts';
import { getNote } from '../notes.ts';
import { ownershipOf } from '../ownership.ts';
import { NotePath } from '../schemas.ts';

/** Returns a note of the caller. */
export const handler = withCaller(
  async (event, caller) => {
    const path = NotePath.safeParse(event.pathParameters);
    if (!path.success) return invalid(event, path.error);
    const note = await getNote(ownershipOf(caller), path.data.noteId);
    return note ? answer(200, note) : problem(event, 'not_found');
  },
  { scope: 'notes:read' },
);
