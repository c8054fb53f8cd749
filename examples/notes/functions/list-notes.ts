import { withCaller } from 'scalekit-api-keys-aws/caller';
import { answer, invalid } from '../answers.ts';
import { listNotes } from '../notes.ts';
import { ownershipOf } from '../ownership.ts';
import { Page } from '../schemas.ts';

/** Lists the caller's notes. A `nextPageToken` means that there may be more. */
export const handler = withCaller(
  async (event, caller) => {
    const page = Page.safeParse(event.queryStringParameters ?? {});
    if (!page.success) return invalid(event, page.error);
    const { pageSize: size, pageToken: after } = page.data;
    const { notes, last } = await listNotes(ownershipOf(caller), { size, after });
    return answer(200, { notes, nextPageToken: last });
  },
  { scope: 'notes:read' },
);
