import type { ApiProblem } from '../../lib/api';
import { j } from '../../words/join-en';

export interface Refusal {
  heading: string;
  /** The server's sentence: whether it was used, revoked or has expired. */
  detail?: string;
  hint: string;
  /** Whether somebody else could use the link. */
  isAboutAccount: boolean;
}

/** Why a link does not let somebody in, and what they can do; null where it may go better in a moment. */
export function refusalOf({ code, message }: Pick<ApiProblem, 'code' | 'message'>): Refusal | null {
  switch (code) {
    case 'invitation_gone':
      return { heading: j.gone, detail: message, hint: j.goneHint, isAboutAccount: false };
    case 'email_mismatch':
      return { heading: j.mismatch, hint: j.mismatchHint, isAboutAccount: true };
    case 'already_exists':
      return { heading: j.already, hint: j.alreadyHint, isAboutAccount: true };
    case 'forbidden':
      return { heading: j.suspended, detail: message, hint: j.goneHint, isAboutAccount: true };
    default:
      return null;
  }
}
