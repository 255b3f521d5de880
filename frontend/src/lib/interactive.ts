import type { Fields } from './message-content';

/** The messages that are built of parts: what the customer taps, chooses or is asked for. */
export type BuilderKind = 'button' | 'list' | 'cta_url' | 'location_request_message' | 'request_contact_info';

export interface BuilderRow {
  id: string;
  title: string;
  description: string;
}

export interface BuilderDraft {
  header: string;
  body: string;
  footer: string;
  buttons: { id: string; title: string }[];
  listButton: string;
  sections: { id: string; title: string; rows: BuilderRow[] }[];
  linkText: string;
  url: string;
}

/** WhatsApp's limits in characters and numbers (cloud-api.md 7.3); the server holds them too. */
export const BUILDER_LIMITS = {
  header: 60,
  body: 1024,
  listBody: 4096,
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  listButton: 20,
  sections: 10,
  rows: 10,
  sectionTitle: 24,
  rowTitle: 24,
  rowDescription: 72,
  linkText: 20,
};

/** Requests have a text and nothing else. */
export const hasFrame = (kind: BuilderKind): boolean => ['button', 'list', 'cta_url'].includes(kind);

const filled = (text: string): boolean => text.trim() !== '';

/** `interactive` of the send call. Ids are what comes back with the customer's answer: they stay with their titles. */
export function interactivePart(kind: BuilderKind, draft: BuilderDraft): Fields {
  const frame = {
    ...(hasFrame(kind) && filled(draft.header) ? { header: { type: 'text', text: draft.header.trim() } } : {}),
    body: { text: draft.body.trim() },
    ...(hasFrame(kind) && filled(draft.footer) ? { footer: { text: draft.footer.trim() } } : {}),
  };
  return { type: kind, ...frame, action: actionOf(kind, draft) };
}

function actionOf(kind: BuilderKind, draft: BuilderDraft): Fields {
  switch (kind) {
    case 'button':
      return {
        buttons: draft.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title: title.trim() } })),
      };
    case 'list':
      return {
        button: draft.listButton.trim(),
        sections: draft.sections.map(({ title, rows }) => ({
          ...(filled(title) ? { title: title.trim() } : {}),
          rows: rows.map((row) => ({
            id: row.id,
            title: row.title.trim(),
            ...(filled(row.description) ? { description: row.description.trim() } : {}),
          })),
        })),
      };
    case 'cta_url':
      return { name: 'cta_url', parameters: { display_text: draft.linkText.trim(), url: draft.url.trim() } };
    case 'location_request_message':
      return { name: 'send_location' };
    default:
      return { name: 'request_contact_info' };
  }
}

/** Whether all that must be there is there; what it must look like the server tells. */
export function isComplete(kind: BuilderKind, draft: BuilderDraft): boolean {
  if (!filled(draft.body)) return false;
  if (kind === 'button') return draft.buttons.length > 0 && draft.buttons.every(({ title }) => filled(title));
  if (kind === 'cta_url') return filled(draft.linkText) && filled(draft.url);
  if (kind !== 'list') return true;
  const rows = draft.sections.flatMap((section) => section.rows);
  return filled(draft.listButton) && rows.length > 0 && rows.every(({ title }) => filled(title));
}
