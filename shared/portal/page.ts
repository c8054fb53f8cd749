import type { JSX } from 'hono/jsx/jsx-runtime';
import type { Initiator } from '../authentication/actor.ts';
import type { Lifetimes } from '../authorization/lifetime.ts';
import type { EndedSince } from '../decision-cache/ended.ts';
import type { Failure } from '../failure.ts';
import type { CreationRules } from '../keys/create-key.ts';
import type { KeyReading } from '../keys/key-services.ts';
import type { UpdateServices } from '../keys/update-key.ts';
import type { Reminders } from '../reminders/reminders.ts';
import type { Result } from '../result.ts';
import type { RotationServices } from '../rotation/end-previous.ts';
import type { Session } from './grant.ts';
import type { PageRequest } from './request.ts';
import type { PortalStore } from './store.ts';

/** Everything that the pages use. */
export interface PortalServices extends RotationServices, UpdateServices, KeyReading {
  readonly store: PortalStore;
  readonly endedSince: EndedSince;
  readonly reminders: Reminders;
  readonly rules: CreationRules & { readonly lifetimes: Lifetimes };
  readonly productName: string;
}

/** A request of a person with a session. */
export interface Visit {
  readonly request: PageRequest;
  /** When the request arrived (ms). */
  readonly startedAt: number;
  readonly session: Session;
  readonly token: string;
  readonly by: Initiator;
  /** For every form. */
  readonly csrf: string;
}

/** A page, or the way to another page. */
export type PageAnswer =
  | {
      readonly status: number;
      readonly title: string;
      readonly content: JSX.Element;
      readonly cookie?: string;
      /** Why the page is not the one that was asked for; for the log. */
      readonly failure?: string;
    }
  | { readonly goTo: string; readonly cookie?: string };

/** A failure of an operation, or of the page itself. `retry` is the page on which to try again. */
export type PageFailure = (Failure | OwnFailure) & { readonly retry?: string };

type OwnFailure =
  /** There is no session, or it has ended. */
  | { readonly kind: 'session_over'; readonly returnUrl?: string | undefined }
  /** The link is unknown, expired or used. */
  | { readonly kind: 'link_unusable' }
  /** The form was not sent by a page of this session. */
  | { readonly kind: 'foreign_form' }
  /** A form with this number was already sent. */
  | { readonly kind: 'already_sent' }
  /** The link has the claim `allowed_ips`, and the person is elsewhere. */
  | { readonly kind: 'address_not_allowed' }
  /** The change may be done, or is done but not everywhere: the same form again completes it. */
  | { readonly kind: 'unfinished'; readonly action: 'revoke' | 'suspend'; readonly keyId: string }
  /** The key may be replaced by one that nobody saw. */
  | { readonly kind: 'rotation_unknown'; readonly cause: unknown };

/** A page of a person with a session: it shows something, or does what a form asks for. */
export type Page = (visit: Visit, services: PortalServices) => Promise<Result<PageAnswer, PageFailure>>;
