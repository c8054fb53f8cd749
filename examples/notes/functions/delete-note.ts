import { withCaller } from 'scalekit-api-keys-aws/caller';
import { answer, invalid } from '../answers.ts';
import { deleteNote } from '../notes.ts';
import { ownershipOf } from '../ownership.ts';
import { NotePath } from '../schemas.ts';

/** Deletes a note of the caller; the answer is the same if there is none. */
export const handler = withCaller(
  async (event, caller) => {
    const path = NotePath.safeParse(event.pathParameters);
    if (!path.success) return invalid(event, path.error);
    await deleteNote(ownershipOf(caller), path.data.noteId);
    return answer(204);
  },
  { scope: 'notes:write' },
);
